"""What stands in a tree of files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a path is; links are never followed."""

    FILE = "file"
    FOLDER = "folder"
    SYMLINK = "symbolic link"
    SUBMODULE = "submodule"
    SPECIAL = "special file"
    UNREADABLE = "folder that cannot be read"


@dataclass(frozen=True, slots=True)
class Node:
    """One path of a tree; ``size`` in bytes, 0 for everything but files."""

    path: str
    kind: Kind
    size: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """Digests of a file that were taken while it was written, and its state afterwards.

    As long as the ``stamp`` is the same, these are the bytes.
    """

    sha256: str
    md5: str
    stamp: tuple[int, ...]
    """Device, inode, size, and the times of its last change of bytes and of state."""


class UnreadableError(Exception):
    """A path that is there and cannot be read, with the reason in a person's words."""


def sorted_nodes(nodes: Sequence[Node]) -> list[Node]:
    """Nodes in bytewise order of their paths."""
    return sorted(nodes, key=lambda node: node.path.encode("utf-8", "surrogateescape"))
