"""Replacing files of a work tree: prepared beside, fsynced, and renamed when all are ready."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from registrar.domain.mending import FileChange
from registrar.errors import OutputError

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A new file that stands beside the one that it replaces."""

    change: FileChange
    folder: int
    name: bytes
    beside: bytes


@dataclass(frozen=True, slots=True)
class WorkTreeWriter:
    """Writes into the files below a folder; no link is followed anywhere."""

    top: str

    def replace(self, changes: Sequence[FileChange]) -> None:
        """Put new bytes into files that are there, keeping mode and owner.

        Raises OutputError where one cannot be written, or is no longer as it was read. Then
        nothing was changed, unless the message says which files were.
        """
        prepared: list[_Prepared] = []
        try:
            for change in changes:
                with _told(change.path, ()):
                    prepared.append(self._prepare(change))
            done: list[str] = []
            for item in prepared:
                with _told(item.change.path, done):
                    _unchanged(item.folder, item.name, item.change)
                    os.rename(
                        item.beside, item.name, src_dir_fd=item.folder, dst_dir_fd=item.folder
                    )
                    done.append(item.change.path)
                    os.fsync(item.folder)
        finally:
            for item in prepared:
                with suppress(OSError):  # renamed: it is not beside any more
                    os.unlink(item.beside, dir_fd=item.folder)
                os.close(item.folder)

    def _prepare(self, change: FileChange) -> _Prepared:
        folder = self._open_folder(change.path)
        beside = b""
        try:
            name = _bytes(change.path.rpartition("/")[2])
            status = _unchanged(folder, name, change)
            beside = b".%s.%s" % (name[:200], secrets.token_hex(4).encode())
            handle = os.open(beside, _NEW, 0o600, dir_fd=folder)
            with os.fdopen(handle, "wb") as stream:
                stream.write(change.after)
                stream.flush()
                with suppress(PermissionError):  # another's file in a folder that we may write
                    os.fchown(handle, status.st_uid, status.st_gid)
                os.fchmod(handle, stat.S_IMODE(status.st_mode))
                os.fsync(handle)
        except BaseException:
            with suppress(OSError):
                os.unlink(beside, dir_fd=folder)
            os.close(folder)
            raise
        return _Prepared(change, folder, name, beside)

    def _open_folder(self, path: str) -> int:
        """A descriptor of the folder that holds a file, each step taken without a link."""
        handle = os.open(os.fsencode(self.top), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for part in path.split("/")[:-1]:
            try:
                if part in ("", ".", ".."):
                    raise OutputError(f"{path} is no path of the work tree")
                inner = os.open(_bytes(part), _FOLDER, dir_fd=handle)
            finally:
                os.close(handle)
            handle = inner
        return handle


def _unchanged(folder: int, name: bytes, change: FileChange) -> os.stat_result:
    """The status of the file, which must hold what was read."""
    handle = os.open(name, _FILE, dir_fd=folder)
    with os.fdopen(handle, "rb") as stream:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise OutputError(f"{change.path} is no plain file")
        if stream.read(len(change.before) + 1) != change.before:
            raise OutputError(f"{change.path} was changed by another program", "run it again")
    return status


@contextmanager
def _told(path: str, done: Sequence[str]) -> Iterator[None]:
    """Translate what goes wrong, and say what had been written by then."""
    try:
        yield
    except OSError as error:
        reason = f"{path} could not be written: {error.strerror}"
        hint = "check the permissions of its folder and the free space"
        raise OutputError(reason + _so_far(done), hint) from error
    except OutputError as error:
        raise OutputError(error.message + _so_far(done), error.hint) from error


def _so_far(done: Sequence[str]) -> str:
    if not done:
        return "; no file was changed"
    return f"; changed before that: {', '.join(done[:20])}"


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
