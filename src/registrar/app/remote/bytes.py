"""The bytes behind pointers as if they were in the tree: read from the remote, never written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

from registrar.domain.paths import inside
from registrar.domain.remotes import ObjectName, Stored
from registrar.domain.trees import Kind, Node, UnreadableError, Written, sorted_nodes
from registrar.ports import Covered, Tree
from registrar.ports.others import ObjectStore
from registrar.reading.entry import Entry
from registrar.reading.remote_files import RemoteFile, RemoteOut


@dataclass(frozen=True, slots=True)
class RemoteTree:
    """A tree in which files of one entry lie on remotes; paths to where and what they are.

    What a remote holds hides what lies in the tree: that is judged without asking anybody.
    """

    tree: Tree
    files: Mapping[str, tuple[ObjectStore, ObjectName, int]]

    @property
    def label(self) -> str:
        """The label of the tree below."""
        return self.tree.label

    def children(self, folder: str) -> list[Node]:
        """The direct children of a folder of the tree below."""
        return self.tree.children(folder)

    def walk(self, folder: str) -> list[Node]:
        """Everything below a folder but folders, the remote files among them."""
        nodes = {node.path: node for node in self.tree.walk(folder)}
        for path, (_, _, size) in self.files.items():
            if not folder or path.startswith(folder + "/"):
                nodes[path] = Node(path, Kind.FILE, size)
        return sorted_nodes(list(nodes.values()))

    def node(self, path: str) -> Node | None:
        """What stands at a path."""
        if path in self.files:
            return Node(path, Kind.FILE, self.files[path][2])
        return self.tree.node(path)

    def read(self, path: str, limit: int) -> bytes:
        """The bytes of a file of the tree below; raises UnreadableError."""
        return self.tree.read(path, limit)

    def open(self, path: str) -> BinaryIO:
        """A stream of a file's bytes; raises UnreadableError."""
        if path not in self.files:
            return self.tree.open(path)
        store, name, _ = self.files[path]
        try:
            return store.open(name)
        except OSError as error:
            raise UnreadableError(str(error)) from error

    def written(self, path: str) -> Written | None:
        """What the tree below knows of a file; nothing of what lies on a remote."""
        return None if path in self.files else self.tree.written(path)

    def place(self, path: str) -> str | None:
        """That of the tree below, where nothing of it lies on a remote."""
        remote = any(inside(file, path) for file in self.files)
        return None if remote else self.tree.place(path)

    def fingerprint(self, path: str) -> str | None:
        """git's mode and object id of a file of the tree below."""
        return self.tree.fingerprint(path)

    def fingerprints(self, folder: str, covered: Covered) -> Mapping[str, str]:
        """git's object ids of the tree below."""
        return self.tree.fingerprints(folder, covered)

    def close(self) -> None:
        """Nothing: the tree below is another's."""


def with_bytes(
    entry: Entry,
    outs: Iterable[RemoteOut],
    stores: Mapping[str, ObjectStore],
    tree: Tree,
    root: str,
) -> tuple[Entry, tuple[RemoteOut, ...]]:
    """The entry with its bytes at hand, and its outputs with what their bytes are.

    Every byte that the remotes hold of it is read, once, but of what has another size.
    """
    outs = tuple(outs)
    files = {
        f"{entry.path}/{file.path}": (stores[out.remote], file.name, file.found.size or 0)
        for out in outs
        for file in out.files
        if isinstance(file.found, Stored) and out.remote in stores and _may_be_read(file)
    }
    whole = Entry(RemoteTree(tree, files), root, entry.folder)

    def read(file: RemoteFile) -> RemoteFile:
        return replace(file, content=whole.content(file.path)) if _may_be_read(file) else file

    told = (replace(out, files=tuple(read(file) for file in out.files)) for out in outs)
    return whole, tuple(told)


def _may_be_read(file: RemoteFile) -> bool:
    """Tell a file that is there; what its size refuses is not read: it may have no end."""
    found = file.found
    return isinstance(found, Stored) and (file.size is None or found.size in (None, file.size))
