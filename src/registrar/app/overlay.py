"""A tree with some files as they are going to be."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from registrar.domain.paths import inside
from registrar.domain.trees import Kind, Node, Written, sorted_nodes
from registrar.ports import Covered, Tree


@dataclass(frozen=True, slots=True)
class Overlay:
    """A tree in which the given files stand, whatever it holds there; paths to bytes."""

    tree: Tree
    files: Mapping[str, bytes]

    @property
    def label(self) -> str:
        """The label of the tree below."""
        return self.tree.label

    def children(self, folder: str) -> list[Node]:
        """The direct children of a folder, the coming ones among them."""
        nodes = {node.path: node for node in self.tree.children(folder)}
        prefix = f"{folder}/" if folder else ""
        for path, content in self.files.items():
            inner, below, _ = path.removeprefix(prefix).partition("/")
            if path.startswith(prefix):
                node = Node(prefix + inner, Kind.FILE, len(content))
                nodes[prefix + inner] = Node(prefix + inner, Kind.FOLDER) if below else node
        return sorted_nodes(list(nodes.values()))

    def walk(self, folder: str) -> list[Node]:
        """Everything below a folder but folders."""
        nodes = {node.path: node for node in self.tree.walk(folder)}
        for path, content in self.files.items():
            if not folder or path.startswith(folder + "/"):
                nodes[path] = Node(path, Kind.FILE, len(content))
        return sorted_nodes(list(nodes.values()))

    def node(self, path: str) -> Node | None:
        """What stands at a path."""
        if path in self.files:
            return Node(path, Kind.FILE, len(self.files[path]))
        if any(file.startswith(path + "/") for file in self.files):
            return Node(path, Kind.FOLDER)
        return self.tree.node(path)

    def read(self, path: str, limit: int) -> bytes:
        """The bytes of a file; raises UnreadableError."""
        return self.files[path] if path in self.files else self.tree.read(path, limit)

    def open(self, path: str) -> BinaryIO:
        """A stream of a file's bytes; raises UnreadableError."""
        return io.BytesIO(self.files[path]) if path in self.files else self.tree.open(path)

    def written(self, path: str) -> Written | None:
        """What the tree below knows of a file; nothing of one that is to come."""
        return None if path in self.files else self.tree.written(path)

    def place(self, path: str) -> str | None:
        """That of the tree below, where nothing of it is to come."""
        coming = any(inside(file, path) for file in self.files)
        return None if coming else self.tree.place(path)

    def fingerprint(self, path: str) -> str | None:
        """git's mode and object id of a file of the tree below; of a coming one its own."""
        said = self.tree.fingerprint(path)
        if path not in self.files:
            return said
        mode, _, oid = (said or "100644 ").partition(" ")
        whole = b"blob %d\0" % len(self.files[path]) + self.files[path]
        name = "sha256" if len(oid) == 64 else "sha1"
        return f"{mode} {hashlib.new(name, whole, usedforsecurity=False).hexdigest()}"

    def fingerprints(self, folder: str, covered: Covered) -> Mapping[str, str]:
        """git's object ids of the tree below; a child with coming files has one like no object.

        So it counts as touched, and is compared by value.
        """
        prints = dict(self.tree.fingerprints(folder, covered))
        prefix = f"{folder}/" if folder else ""
        for path in sorted(self.files):
            name = path.removeprefix(prefix).partition("/")[0]
            if path.startswith(prefix) and self.fingerprint(path) != self.tree.fingerprint(path):
                prints[name] = f"{prints.get(name, '')} {self.fingerprint(path)}".lstrip()
        return prints

    def close(self) -> None:
        """Free what the tree below holds."""
        self.tree.close()
