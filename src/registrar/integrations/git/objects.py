"""The objects of a repository, read through one ``git cat-file --batch``."""

from __future__ import annotations

import subprocess
import tempfile
from typing import BinaryIO, cast

from registrar.errors import GitError, MissingObjectError
from registrar.integrations.git.process import Git

_BLOCK = 1024 * 1024
_IN_MEMORY = 32 * 1024 * 1024


class Objects:
    """Contents and sizes by object id; the git processes start when first needed.

    A copy in another process starts its own.
    """

    def __init__(self, git: Git) -> None:
        self._git = git
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __reduce__(self) -> tuple[type[Objects], tuple[Git]]:
        return (Objects, (self._git,))

    def open(self, name: str) -> tuple[str, BinaryIO]:
        """Type and bytes of an object, in memory up to 32 MiB, then in an unnamed temporary file.

        Raises MissingObjectError where the repository does not hold it.
        """
        stdout, kind, size = self._ask("--batch", name)
        spool = cast("BinaryIO", tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - given away
        _copy(stdout, spool, size)
        stdout.read(1)
        spool.seek(0)
        return kind, spool

    def size(self, name: str) -> int:
        """Bytes of an object; raises MissingObjectError."""
        return self._ask("--batch-check", name)[2]

    def close(self) -> None:
        """End the git processes."""
        for process in self._processes.values():
            process.terminate()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
            process.wait()
        self._processes.clear()

    def _ask(self, mode: str, name: str) -> tuple[BinaryIO, str, int]:
        process = self._started(mode)
        stdin, stdout = cast("BinaryIO", process.stdin), cast("BinaryIO", process.stdout)
        try:
            stdin.write(name.encode() + b"\n")
            stdin.flush()
        except BrokenPipeError as error:
            raise GitError("git cat-file ended by itself", "run git fsck") from error
        header = stdout.readline().decode("ascii", "replace").split()
        if not header or header[-1] == "missing":  # git before 2.44 gives up where it may not fetch
            raise MissingObjectError(
                f"object {name} is not in this repository",
                "it may be a partial clone: clone it without --filter, or run git fsck",
            )
        if len(header) != 3 or not header[2].isdigit():
            raise GitError(f"git cat-file said nothing about {name}", "run git fsck")
        return stdout, header[1], int(header[2])

    def _started(self, mode: str) -> subprocess.Popen[bytes]:
        process = self._processes.get(mode)
        if process is None or process.poll() is not None:
            process = self._processes[mode] = self._git.start("cat-file", mode)
        return process


def _copy(source: BinaryIO, target: BinaryIO, size: int) -> None:
    while size:
        block = source.read(min(size, _BLOCK))
        if not block:
            raise GitError("git cat-file ended in the middle of an object", "run git fsck")
        target.write(block)
        size -= len(block)
