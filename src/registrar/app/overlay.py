"""A work tree as it will be once some files are written."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from registrar.domain.trees import Kind, Node, sorted_nodes
from registrar.ports import Covered, Tree


@dataclass(frozen=True, slots=True)
class Overlay:
    """A tree with some files in front of it; only policy and schema are ever put there."""

    tree: Tree
    files: Mapping[str, bytes]

    @property
    def label(self) -> str:
        """The label of the tree behind."""
        return self.tree.label

    def children(self, folder: str) -> list[Node]:
        """The children of a folder, those that are put in front among them."""
        found = {node.path: node for node in self.tree.children(folder)}
        for path, content in self.files.items():
            if path.rpartition("/")[0] == folder:
                found[path] = Node(path, Kind.FILE, len(content))
        return sorted_nodes(list(found.values()))

    def walk(self, folder: str) -> list[Node]:
        """Everything below a folder; files in front of an entry there are none."""
        return self.tree.walk(folder)

    def node(self, path: str) -> Node | None:
        """What stands at a path."""
        if path in self.files:
            return Node(path, Kind.FILE, len(self.files[path]))
        return self.tree.node(path)

    def read(self, path: str, limit: int) -> bytes:
        """The bytes of a file, at most ``limit`` + 1 of them."""
        if path in self.files:
            return self.files[path][: limit + 1]
        return self.tree.read(path, limit)

    def open(self, path: str) -> BinaryIO:
        """A stream of a file's bytes."""
        return io.BytesIO(self.files[path]) if path in self.files else self.tree.open(path)

    def fingerprint(self, path: str) -> str | None:
        """git's mode and object id of what lies behind."""
        return self.tree.fingerprint(path)

    def fingerprints(self, folder: str, covered: Covered) -> Mapping[str, str]:
        """git's object ids of what lies behind."""
        return self.tree.fingerprints(folder, covered)

    def close(self) -> None:
        """Free what the tree behind holds."""
        self.tree.close()
