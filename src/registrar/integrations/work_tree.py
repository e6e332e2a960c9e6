"""A work tree, walked and not asked of git; links are never followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO, Protocol

from registrar.domain.trees import Kind, Node, UnreadableError, Written, sorted_nodes
from registrar.integrations.stamps import stamp
from registrar.ports import Covered

if TYPE_CHECKING:
    import hashlib

MAX_DEPTH = 64
MAX_FILES = 100_000
"""An entry with more files and folders counts as unreadable."""
_BLOCK = 1024 * 1024


class ObjectIds(Protocol):
    """What is remembered of git's object ids of folders that have not changed."""

    def object_id(self, path: str) -> str | None:
        """The id of a folder's tree object; "" of one that is empty, None where not known."""

    def keep_object_id(self, path: str, object_id: str) -> None:
        """Keep the id for a later run."""


@dataclass(frozen=True, slots=True)
class WorkTree:
    """The files below a folder; ``object_format`` is the one of git's object ids."""

    top: str
    object_format: str = "sha1"
    label: str = "work tree"
    known: ObjectIds | None = None
    fresh: Mapping[str, Written] = field(default_factory=dict)
    """What this process wrote, by path."""

    def children(self, folder: str) -> list[Node]:
        """The direct children of a folder; a link to one has none."""
        node = self.node(folder) if folder else Node("", Kind.FOLDER)
        if node is None or node.kind is not Kind.FOLDER:
            return []
        prefix = folder + "/" if folder else ""
        try:
            with os.scandir(self._real(folder)) as found:
                items = sorted(found, key=lambda item: item.name)
                nodes = (_child(prefix + _text(item.name), item) for item in items)
                return [node for node in nodes if node is not None]
        except FileNotFoundError:
            return []
        except OSError:
            return [Node(folder, Kind.UNREADABLE)]

    def walk(self, folder: str) -> list[Node]:
        """Everything below a folder but folders; past ``MAX_FILES`` it counts as unreadable."""
        node = self.node(folder)
        if node is None or node.kind is not Kind.FOLDER:
            return []
        if folder and os.path.lexists(self._real(folder + "/.git")):
            return [Node(folder, Kind.SUBMODULE)]
        found: list[Node] = []
        waiting = [(folder, 0)]
        folders = 0
        while waiting and len(found) + folders < MAX_FILES:
            here, depth = waiting.pop()
            folders += 1
            self._scan(here, depth, found, waiting)
        if waiting or len(found) + folders > MAX_FILES:
            return [Node(folder, Kind.UNREADABLE)]
        return sorted_nodes(found)

    def _scan(
        self, here: str, depth: int, found: list[Node], waiting: list[tuple[str, int]]
    ) -> None:
        try:
            with os.scandir(self._real(here)) as items:
                for item in items:
                    name = _text(item.name)
                    path = f"{here}/{name}" if here else name
                    if item.is_dir(follow_symlinks=False):
                        if os.path.lexists(self._real(path + "/.git")):
                            found.append(Node(path, Kind.SUBMODULE))
                        elif depth >= MAX_DEPTH:
                            found.append(Node(path, Kind.UNREADABLE))
                        else:
                            waiting.append((path, depth + 1))
                    else:
                        found.append(_node(path, item.stat(follow_symlinks=False)))
        except FileNotFoundError:
            return
        except OSError:
            found.append(Node(here, Kind.UNREADABLE))

    def node(self, path: str) -> Node | None:
        """What stands at a path, the path's own parents never being links."""
        try:
            status = os.lstat(self._real(path))
        except (OSError, ValueError):
            return None
        parent = path.rpartition("/")[0]
        return _node(path, status) if not parent or _without_links(self.top, parent) else None

    def read(self, path: str, limit: int) -> bytes:
        """At most ``limit`` + 1 bytes of a file."""
        handle, size = self._opened(path)
        try:
            asked = min(size, limit) + 1
            raw = os.read(handle, asked)
            if len(raw) < asked:
                return raw  # the end of a regular file is where less is read than was asked for
            while len(raw) <= limit and (more := os.read(handle, limit + 1 - len(raw))):
                raw += more
            return raw
        except OSError as error:
            raise UnreadableError(error.strerror or "input/output error") from error
        finally:
            os.close(handle)

    def open(self, path: str) -> BinaryIO:
        """Open a regular file; a link or a FIFO in its place is refused without waiting."""
        return os.fdopen(self._opened(path)[0], "rb")

    def written(self, path: str) -> Written | None:
        """The digests of a file that this process wrote, where it is unchanged since."""
        found = self.fresh.get(path)
        try:
            return found if found and found.stamp == stamp(os.lstat(self._real(path))) else None
        except OSError:
            return None

    def place(self, path: str) -> str | None:
        """Where a file or folder lies; None where a link leads there."""
        node = self.node(path)
        if node is None or node.kind not in (Kind.FILE, Kind.FOLDER):
            return None
        return os.fsdecode(os.path.abspath(self._real(path)))

    def _opened(self, path: str) -> tuple[int, int]:
        """A descriptor of a regular file, and its size."""
        try:
            handle = os.open(self._real(path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except (OSError, ValueError) as error:
            raise UnreadableError(getattr(error, "strerror", None) or str(error)) from error
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            os.close(handle)
            raise UnreadableError("it is no regular file")
        return handle, status.st_size

    def fingerprint(self, path: str) -> str | None:
        """git's mode and object id of a file or link, computed from its bytes."""
        node = self.node(path)
        return " ".join(self._leaf(node)) if node and node.kind is not Kind.FOLDER else None

    def fingerprints(self, folder: str, covered: Covered) -> Mapping[str, str]:
        """Compute git's object ids of each child of a folder from the files themselves."""
        prints = {}
        for child in self.children(folder):
            name = child.path.rpartition("/")[2]
            if child.kind is Kind.FOLDER:
                oid = self._known_tree_id(child.path, covered)
                prints[name] = f"040000 {oid}" if oid else ""
            else:
                prints[name] = " ".join(self._leaf(child))
        return {name: value for name, value in prints.items() if value}

    def _known_tree_id(self, folder: str, covered: Covered) -> str:
        """The id of an entry's tree object, computed where it is not known; "" of an empty one."""
        known = None if self.known is None else self.known.object_id(folder)
        if known is None:
            known = self._tree_id(folder, folder, covered(self, folder), 0) or ""
            if self.known is not None:
                self.known.keep_object_id(folder, known)
        return known

    def _tree_id(self, folder: str, entry: str, hidden: frozenset[str], depth: int) -> str | None:
        """The id of the tree object that git would make of a folder; None for an empty one."""
        lines: list[tuple[bytes, bytes]] = []
        for child in self.children(folder):
            if child.path[len(entry) + 1 :] in hidden:
                continue
            name = _bytes(child.path.rpartition("/")[2])
            if child.kind is Kind.FOLDER and depth < MAX_DEPTH:
                oid = self._tree_id(child.path, entry, hidden, depth + 1)
                if oid:
                    lines.append((name + b"/", b"40000 " + name + b"\0" + bytes.fromhex(oid)))
            else:
                mode, oid = self._leaf(child)
                line = mode.lstrip("0").encode() + b" " + name + b"\0" + bytes.fromhex(oid)
                lines.append((name, line))
        body = b"".join(line for _, line in sorted(lines))
        return self._object(b"tree", body) if lines else None

    def _leaf(self, node: Node) -> tuple[str, str]:
        """Mode and object id of a file or link; an id that nothing has for all else."""
        real = self._real(node.path)
        if node.kind is Kind.SYMLINK:
            return "120000", self._object(b"blob", os.readlink(real))
        try:
            with self.open(node.path) as stream:
                status = os.fstat(stream.fileno())
                digest = self._hash()
                digest.update(b"blob %d\0" % status.st_size)
                while block := stream.read(_BLOCK):
                    digest.update(block)
        except UnreadableError:
            return "160000", self._hash().hexdigest()
        return ("100755" if status.st_mode & 0o100 else "100644"), digest.hexdigest()

    def _object(self, kind: bytes, body: bytes) -> str:
        whole = kind + b" %d\0" % len(body) + body
        return self._hash(whole).hexdigest()

    def _hash(self, content: bytes = b"") -> hashlib._Hash:
        import hashlib  # slow to import, and only for who compares trees

        return hashlib.new(self.object_format, content, usedforsecurity=False)

    def close(self) -> None:
        """Nothing to free."""

    def _real(self, path: str) -> bytes:
        top = os.fsencode(self.top)
        return top + b"/" + _bytes(path) if path else top


@lru_cache(maxsize=1024)
def _without_links(top: str, folder: str) -> bool:
    """Tell whether no part of a folder's path below the top is a link."""
    inner = os.fsencode(top) + b"/" + _bytes(folder)
    return os.path.realpath(inner) == os.path.realpath(os.fsencode(top)) + b"/" + _bytes(folder)


def _text(name: bytes) -> str:
    """A name as it is in git: UTF-8, whatever the locale is."""
    return name.decode("utf-8", "surrogateescape")


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _child(path: str, item: os.DirEntry[bytes]) -> Node | None:
    """What an item of a folder is; None for one that is gone. A folder costs no further look."""
    if item.is_dir(follow_symlinks=False):
        return Node(path, Kind.FOLDER)
    try:
        return _node(path, item.stat(follow_symlinks=False))
    except OSError:
        return None


def _node(path: str, status: os.stat_result) -> Node:
    mode = status.st_mode
    if stat.S_ISREG(mode):
        return Node(path, Kind.FILE, status.st_size)
    if stat.S_ISDIR(mode):
        return Node(path, Kind.FOLDER)
    return Node(path, Kind.SYMLINK if stat.S_ISLNK(mode) else Kind.SPECIAL)
