"""Writing several files into a work tree: all of them, or none."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from registrar.domain.shipping import Writing
from registrar.errors import OutputError

_Undo = Callable[[], None]
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
"""What a file system without hard links answers."""


@dataclass(frozen=True, slots=True)
class WorkTreeWriter:
    """Writes below ``top``; each file is made beside its place, synced, then linked or renamed."""

    top: str

    def write(self, files: Iterable[Writing]) -> None:
        """Write all files; what was done is taken back when one of them cannot be written."""
        undo: list[_Undo] = []
        path = ""
        try:
            for file in files:
                path = file.path
                self._write(file, undo)
        except BaseException as error:  # an interrupt, too, leaves nothing half done
            left = _take_back(undo)
            if not isinstance(error, OSError):
                raise
            hint = "mend that and run it again; nothing was changed"
            if left:
                hint = f"taking back failed, look at: {', '.join(left)}"
            raise OutputError(
                f"{path} cannot be written: {error.strerror or error}", hint
            ) from error

    def _write(self, file: Writing, undo: list[_Undo]) -> None:
        parts = file.path.split("/")
        if not {"", ".", ".."}.isdisjoint(parts):
            raise OSError(None, "it is no path of the work tree")
        for depth in range(1, len(parts)):
            self._folder(self._real("/".join(parts[:depth])), undo)
        target = self._real(file.path)
        beside = _beside(target, file)
        try:
            if file.before is None:
                _put(beside, target)
                undo.append(lambda: os.unlink(target))
            else:
                self._exchange(target, beside, file.before, undo)
        finally:
            if os.path.lexists(beside):
                os.unlink(beside)
        _sync_folder(os.path.dirname(target))

    def _folder(self, path: bytes, undo: list[_Undo]) -> None:
        try:
            os.mkdir(path)
        except FileExistsError:
            if not stat.S_ISDIR(os.lstat(path).st_mode):
                raise
        else:
            undo.append(lambda: os.rmdir(path))

    def _exchange(self, target: bytes, beside: bytes, before: bytes, undo: list[_Undo]) -> None:
        with open(os.open(target, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode) or stream.read(len(before) + 1) != before:
                raise OSError(None, "it changed meanwhile")
        _like(beside, status)
        os.replace(beside, target)
        undo.append(lambda: _restore(target, before, status))

    def _real(self, path: str) -> bytes:
        return os.fsencode(self.top) + b"/" + path.encode("utf-8", "surrogateescape")


def _put(beside: bytes, target: bytes) -> None:
    """Put a file into its place, never over something: a link cannot, a rename would."""
    try:
        os.link(beside, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from error
        os.rename(beside, target)


def _beside(target: bytes, file: Writing) -> bytes:
    """A synced file with the content, in the folder of the target, with the modes of a new file."""
    number, path = tempfile.mkstemp(prefix=b".registrar.", dir=os.path.dirname(target))
    try:
        with open(number, "wb") as stream:
            stream.write(file.content)
            stream.flush()
            os.fchmod(number, (0o777 if file.executable else 0o666) & ~_umask())
            os.fsync(number)
    except BaseException:  # whatever it was, nothing stays beside
        os.unlink(path)
        raise
    return path


def _restore(target: bytes, before: bytes, status: os.stat_result) -> None:
    beside = _beside(target, Writing("", before))
    _like(beside, status)
    os.replace(beside, target)


def _like(beside: bytes, status: os.stat_result) -> None:
    """Give a file the owner and the mode of the one that it replaces."""
    with suppress(PermissionError):  # another's file, in a folder that we may write
        os.chown(beside, status.st_uid, status.st_gid)
    os.chmod(beside, stat.S_IMODE(status.st_mode))


def _take_back(undo: list[_Undo]) -> list[str]:
    """Undo in reverse order; what could not be undone."""
    left = []
    for step in reversed(undo):
        try:
            step()
        except OSError as error:
            left.append(os.fsdecode(error.filename or b"") or str(error))
    return left


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _sync_folder(folder: bytes) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
