"""A git revision as a tree, read through one ``git cat-file --batch`` without a work tree."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from typing import BinaryIO, cast

from registrar.domain.trees import Kind, Node, UnreadableError, sorted_nodes
from registrar.errors import GitError
from registrar.integrations.git.process import Git
from registrar.ports import Covered

_KINDS = {b"100644": Kind.FILE, b"100755": Kind.FILE, b"100664": Kind.FILE}
_KINDS |= {b"040000": Kind.FOLDER, b"120000": Kind.SYMLINK, b"160000": Kind.SUBMODULE}
_BLOCK = 1024 * 1024
_IN_MEMORY = 32 * 1024 * 1024
MAX_FILES = 100_000
"""An entry with more files counts as unreadable."""


class GitTree:
    """The tree of one commit.

    Listings come from ``git ls-tree``, bytes from one ``git cat-file --batch`` that is started
    when first needed; a copy in another process starts its own.
    """

    def __init__(self, git: Git, commit: str) -> None:
        self._git = git
        self._commit = commit
        self._batch: subprocess.Popen[bytes] | None = None

    def __getstate__(self) -> tuple[Git, str]:
        return (self._git, self._commit)

    def __setstate__(self, state: tuple[Git, str]) -> None:
        self._git, self._commit = state
        self._batch = None

    @property
    def label(self) -> str:
        """The full hash of the commit."""
        return self._commit

    def children(self, folder: str) -> list[Node]:
        """The direct children of a folder."""
        return sorted_nodes([node for node, _, _ in self._list(folder, "-l")])

    def walk(self, folder: str) -> list[Node]:
        """Everything below a folder but folders."""
        found = [node for node, _, _ in self._list(folder, "-r", "-l")]
        if len(found) >= MAX_FILES:
            found.append(Node(folder, Kind.UNREADABLE))
        return sorted_nodes(found)

    def node(self, path: str) -> Node | None:
        """What stands at a path."""
        output = self._git.run("ls-tree", "-z", "-l", "--full-tree", self._commit, "--", path)
        for node, _, _ in _parse(output or b"", ""):
            if node.path == path:
                return node
        return None

    def read(self, path: str, limit: int) -> bytes:
        """At most ``limit`` + 1 bytes of a file."""
        with self.open(path) as stream:
            return stream.read(limit + 1)

    def open(self, path: str) -> BinaryIO:
        """The bytes of a blob, in memory up to 32 MiB, then in an unnamed temporary file."""
        if "\n" in path:
            raise UnreadableError("its name holds a line break")
        batch = self._started()
        stdin, stdout = cast("BinaryIO", batch.stdin), cast("BinaryIO", batch.stdout)
        stdin.write(f"{self._commit}:{path}\n".encode("utf-8", "surrogateescape"))
        stdin.flush()
        header = stdout.readline()
        parts = header.rsplit(b" ", 2)
        if len(parts) != 3 or not parts[2].strip().isdigit():
            raise UnreadableError("no such file in this revision")
        size = int(parts[2])
        spool = cast("BinaryIO", tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - given away
        _copy(stdout, spool, size)
        stdout.read(1)
        spool.seek(0)
        if parts[1] != b"blob":
            spool.close()
            raise UnreadableError("it is no regular file")
        return spool

    def fingerprints(self, folder: str, covered: Covered) -> Mapping[str, str]:
        """Mode and object id of each child of a folder."""
        listed = self._list(folder)
        return {node.path.rpartition("/")[2]: f"{mode} {oid}" for node, mode, oid in listed}

    def close(self) -> None:
        """End the git process."""
        if self._batch is not None:
            self._batch.terminate()
            for pipe in (self._batch.stdin, self._batch.stdout):
                if pipe is not None:
                    pipe.close()
            self._batch.wait()
            self._batch = None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._batch is None or self._batch.poll() is not None:
            self._batch = self._git.start("cat-file", "--batch")
        return self._batch

    def _list(self, folder: str, *options: str) -> list[tuple[Node, str, str]]:
        treeish = f"{self._commit}:{folder}" if folder else self._commit
        output = self._git.run("ls-tree", "-z", "--full-tree", *options, treeish)
        return _parse(output or b"", folder)


def _parse(output: bytes, folder: str) -> list[tuple[Node, str, str]]:
    """Read lines of ``ls-tree -z``, with or without sizes; (node, mode, object id)."""
    found = []
    for line in output.split(b"\0"):
        if line:
            facts, _, name = line.partition(b"\t")
            mode, _, oid, *size = facts.split()
            path = os.fsdecode(name)
            path = f"{folder}/{path}" if folder else path
            kind = _KINDS.get(mode, Kind.SPECIAL)
            bytes_ = int(size[0]) if size and size[0].isdigit() else 0
            found.append((Node(path, kind, bytes_), mode.decode(), oid.decode()))
    return found


def _copy(source: BinaryIO, target: BinaryIO, size: int) -> None:
    while size:
        block = source.read(min(size, _BLOCK))
        if not block:
            raise GitError("git cat-file ended in the middle of an object", "run git fsck")
        target.write(block)
        size -= len(block)
