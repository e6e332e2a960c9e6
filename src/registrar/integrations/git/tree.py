"""A git revision as a tree, its objects read one by one without a work tree."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping
from typing import BinaryIO, NamedTuple

from registrar.domain.trees import Kind, Node, UnreadableError, Written, sorted_nodes
from registrar.errors import GitError
from registrar.integrations.git.objects import Objects
from registrar.integrations.git.process import Git
from registrar.ports import Covered

_KINDS = {stat.S_IFREG: Kind.FILE, stat.S_IFDIR: Kind.FOLDER, stat.S_IFLNK: Kind.SYMLINK}
"""By the type bits of a mode; git takes all others for a submodule, and reads no other bit but
the executable one (``canon_mode`` in its cache.h)."""
_MODE = re.compile(r"[0-7]{5,7}")
_NO_NAMES = ("", ".", "..", ".git")
MAX_DEPTH = 64
MAX_FILES = 100_000
"""An entry with more files and folders counts as unreadable."""
MAX_TOTAL = 2_000_000
"""So many over all entries of one tree: subtrees may be shared a thousand times."""
_MAX_TREE = 64 * 1024 * 1024
_KEPT = 4096


class _Item(NamedTuple):
    """One line of a tree object."""

    mode: str
    oid: str

    @property
    def kind(self) -> Kind:
        return _KINDS.get(stat.S_IFMT(int(self.mode, 8)), Kind.SUBMODULE)


class GitTree:
    """The tree of one commit, or a tree by its own object id.

    Tree objects are parsed here: nothing is asked of git but objects by their id, so no name in
    a hostile tree ever reaches a command line, and "not there" is never mixed with "not readable".
    """

    def __init__(self, git: Git, commit: str) -> None:
        self._commit = commit
        self._objects = Objects(git)
        self._trees: dict[str, dict[str, _Item]] = {}
        self._seen = 0

    def __getstate__(self) -> tuple[str, Objects]:
        return (self._commit, self._objects)

    def __setstate__(self, state: tuple[str, Objects]) -> None:
        self._commit, self._objects = state
        self._trees, self._seen = {}, 0

    @property
    def label(self) -> str:
        """The full hash of the commit."""
        return self._commit

    def children(self, folder: str) -> list[Node]:
        """The direct children of a folder."""
        items = self._folder(folder)
        prefix = folder + "/" if folder else ""
        return sorted_nodes([self._node(prefix + name, item) for name, item in items.items()])

    def walk(self, folder: str) -> list[Node]:
        """Everything below a folder but folders; past ``MAX_FILES`` it counts as unreadable."""
        top = self._folder_name(folder)
        found: list[Node] = []
        waiting = [(folder, top, 0)] if top else []
        seen = 0
        while waiting:
            here, name, depth = waiting.pop()
            items = self._tree(name)
            seen += 1 + len(items)
            self._seen += 1 + len(items)
            if seen > MAX_FILES or self._seen > MAX_TOTAL:
                return [Node(folder, Kind.UNREADABLE)]
            for child, item in items.items():
                path = f"{here}/{child}" if here else child
                if item.kind is not Kind.FOLDER:
                    found.append(self._node(path, item))
                elif depth >= MAX_DEPTH:
                    found.append(Node(path, Kind.UNREADABLE))
                else:
                    waiting.append((path, item.oid, depth + 1))
        return sorted_nodes(found)

    def node(self, path: str) -> Node | None:
        """What stands at a path."""
        item = self._item(path)
        return self._node(path, item) if item is not None else None

    def read(self, path: str, limit: int) -> bytes:
        """At most ``limit`` + 1 bytes of a file."""
        with self.open(path) as stream:
            return stream.read(limit + 1)

    def open(self, path: str) -> BinaryIO:
        """The bytes of a file."""
        item = self._item(path)
        if item is None:
            raise UnreadableError("no such file in this revision")
        if item.kind is not Kind.FILE:
            raise UnreadableError("it is no regular file")
        return self._objects.open(item.oid)[1]

    def written(self, path: str) -> Written | None:
        """Nothing: git's objects are read."""
        return None

    def place(self, path: str) -> str | None:
        """Nowhere: git's objects are no files."""
        return None

    def fingerprint(self, path: str) -> str | None:
        """Mode and object id of a file or link."""
        item = self._item(path)
        if item is None or item.kind is Kind.FOLDER:
            return None
        return f"{item.mode.zfill(6)} {item.oid}"

    def fingerprints(self, folder: str, covered: Covered) -> Mapping[str, str]:
        """Mode and object id of each child of a folder."""
        items = self._folder(folder).items()
        return {name: f"{item.mode.zfill(6)} {item.oid}" for name, item in items}

    def close(self) -> None:
        """End the git processes."""
        self._objects.close()

    def _node(self, path: str, item: _Item) -> Node:
        kind = item.kind
        return Node(path, kind, self._objects.size(item.oid) if kind is Kind.FILE else 0)

    def _item(self, path: str) -> _Item | None:
        folder, _, name = path.rpartition("/")
        return self._folder(folder).get(name)

    def _folder(self, folder: str) -> dict[str, _Item]:
        """The lines of a folder; none where it is no folder."""
        name = self._folder_name(folder)
        return self._tree(name) if name else {}

    def _folder_name(self, folder: str) -> str | None:
        """The object that a folder is; None where it is no folder."""
        found = f"{self._commit}^{{tree}}"
        for part in folder.split("/") if folder else ():
            item = self._tree(found).get(part)
            if item is None or item.kind is not Kind.FOLDER:
                return None
            found = item.oid
        return found

    def _tree(self, name: str) -> dict[str, _Item]:
        """A tree object, parsed once; raises GitError for one that git fsck would refuse."""
        if name not in self._trees:
            kind, stream = self._objects.open(name)
            with stream:
                raw = stream.read(_MAX_TREE + 1)
            if kind != "tree" or len(raw) > _MAX_TREE:
                raise GitError(f"object {name} is no tree that can be read", "run git fsck")
            if len(self._trees) >= _KEPT:
                self._trees.clear()
            self._trees[name] = dict(_parse(name, raw, len(self._commit) // 2))
        return self._trees[name]


def _parse(name: str, raw: bytes, width: int) -> Iterator[tuple[str, _Item]]:
    """The lines of a tree object: mode, name, and an object id of ``width`` bytes."""
    seen: set[str] = set()
    at = 0
    while at < len(raw):
        space, end = raw.find(b" ", at), raw.find(b"\0", at)
        if not at < space < end or end + 1 + width > len(raw):
            raise GitError(f"the tree {name} is malformed", "run git fsck")
        child = raw[space + 1 : end].decode("utf-8", "surrogateescape")  # whatever the locale is
        if child.lower() in _NO_NAMES or "/" in child or child in seen:
            raise GitError(f"the tree {name} holds {child!r}, twice or at all", "run git fsck")
        seen.add(child)
        mode = raw[at:space].decode("ascii", "replace")
        if not _MODE.fullmatch(mode):
            raise GitError(f"the tree {name} is malformed", "run git fsck")
        yield child, _Item(mode, raw[end + 1 : end + 1 + width].hex())
        at = end + 1 + width
