"""A tree with other bytes in some files: what a fix would make, judged before it is written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import BinaryIO

from registrar.domain.paths import inside
from registrar.domain.trees import Kind, Node
from registrar.ports import Covered, Tree


@dataclass(frozen=True, slots=True)
class Overlay:
    """The tree below with the given texts in the place of files that it has."""

    below: Tree
    texts: Mapping[str, bytes]

    @property
    def label(self) -> str:
        """The label of the tree below."""
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
