<<<<<<< HEAD
"""A tree with other bytes in some files: what a fix would make, judged before it is written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import BinaryIO

from registrar.domain.paths import inside
from registrar.domain.trees import Kind, Node
=======
"""A tree with some files as they are going to be."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from registrar.domain.trees import Kind, Node, sorted_nodes
>>>>>>> e10e83dd0ca9e7d787cfec8f7ff903aed912b5b7
from registrar.ports import Covered, Tree


@dataclass(frozen=True, slots=True)
class Overlay:
<<<<<<< HEAD
    """The tree below with the given texts in the place of files that it has."""

    below: Tree
    texts: Mapping[str, bytes]
=======
    """A tree in which the given files stand, whatever it holds there; paths to bytes."""

    tree: Tree
    files: Mapping[str, bytes]
>>>>>>> e10e83dd0ca9e7d787cfec8f7ff903aed912b5b7

    @property
    def label(self) -> str:
        """The label of the tree below."""
<<<<<<< HEAD
        return self.below.label

    def children(self, folder: str) -> list[Node]:
        """The children of the tree below, with the sizes of the texts."""
        return [self._sized(node) for node in self.below.children(folder)]

    def walk(self, folder: str) -> list[Node]:
        """The files of the tree below, with the sizes of the texts."""
        return [self._sized(node) for node in self.below.walk(folder)]

    def node(self, path: str) -> Node | None:
        """The node of the tree below, with the size of its text."""
        node = self.below.node(path)
        return None if node is None else self._sized(node)

    def read(self, path: str, limit: int) -> bytes:
        """The text, or the bytes of the tree below."""
        text = self.texts.get(path)
        return self.below.read(path, limit) if text is None else text[: limit + 1]

    def open(self, path: str) -> BinaryIO:
        """A stream of the text, or of the tree below."""
        text = self.texts.get(path)
        return self.below.open(path) if text is None else BytesIO(text)

    def fingerprint(self, path: str) -> str | None:
        """git's mode and object id, of the text where there is one."""
        said, text = self.below.fingerprint(path), self.texts.get(path)
        if said is None or text is None:
            return said
        mode, _, oid = said.partition(" ")
        name = "sha1" if len(oid) == 40 else "sha256"
        whole = b"blob %d\0" % len(text) + text
        return f"{mode} {hashlib.new(name, whole, usedforsecurity=False).hexdigest()}"

    def fingerprints(self, folder: str, covered: Covered) -> Mapping[str, str]:
        """Those of the tree below; a child that holds texts gets one that no git object has.

        So it always counts as touched, and is then compared by value.
        """
        prints = dict(self.below.fingerprints(folder, covered))
        for name, said in prints.items():
            child = f"{folder}/{name}" if folder else name
            held = [path for path in sorted(self.texts) if inside(path, child)]
            if held:
                prints[name] = " ".join([said, *(self.fingerprint(path) or "" for path in held)])
        return prints

    def close(self) -> None:
        """Nothing of its own to free."""
        self.below.close()

    def _sized(self, node: Node) -> Node:
        text = self.texts.get(node.path)
        return node if text is None or node.kind is not Kind.FILE else replace(node, size=len(text))
=======
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

    def fingerprint(self, path: str) -> str | None:
        """git's mode and object id of a file of the tree below."""
        return self.tree.fingerprint(path)

    def fingerprints(self, folder: str, covered: Covered) -> Mapping[str, str]:
        """git's object ids of the tree below."""
        return self.tree.fingerprints(folder, covered)

    def close(self) -> None:
        """Free what the tree below holds."""
        self.tree.close()
>>>>>>> e10e83dd0ca9e7d787cfec8f7ff903aed912b5b7
