"""Reports on their way into files: all or nothing, and never through a link of the tree."""

from __future__ import annotations

import os
import re
import stat

from registrar.errors import OutputError

_DESCRIPTOR = re.compile(r"/dev/std(out|err)|(?:/dev|/proc/self)/fd/([0-9]{1,6})")
_NUMBERS = {"out": 1, "err": 2}
_SYSTEM = ("/dev/", "/proc/")
"""Where links are the system's own."""


def write_report(path: str, text: str) -> None:
    """Write a report to a file; raises OutputError where that cannot be done.

    A plain file is written beside, synced and renamed over the old one, whose mode and owner it
    keeps. Pipes, character devices and descriptors (``/dev/stdout``) are written through. A
    symbolic link is refused: it may come from the tree that is judged, and lead anywhere.
    """
    raw = text.encode("utf-8", "backslashreplace")
    try:
        number = _open(path)
        if number is None:
            _replace(path, raw)
        else:
            with open(number, "wb") as stream:
                stream.write(raw)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror or error}"
        raise OutputError(message, "the report on stdout is whole; name another file") from error


def _open(path: str) -> int | None:
    """A descriptor that takes the report as a stream; None for a plain file, there or not."""
    if match := _DESCRIPTOR.fullmatch(path):
        # opened anew, a redirected file would be written from its start again
        return os.dup(_NUMBERS[match[1]] if match[1] else int(match[2]))
    ours = path.startswith(_SYSTEM) and ".." not in path.split("/")
    try:
        mode = (os.stat if ours else os.lstat)(path).st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISREG(mode):
        return None
    if stat.S_ISCHR(mode) or stat.S_ISFIFO(mode):
        return os.open(path, os.O_WRONLY | os.O_NOCTTY | (0 if ours else os.O_NOFOLLOW))
    kind = "folder" if stat.S_ISDIR(mode) else "device or socket"
    if stat.S_ISLNK(mode):
        kind = "symbolic link; name the file itself"
    raise OSError(None, f"it is a {kind}")


def _replace(path: str, raw: bytes) -> None:
    beside = os.path.join(os.path.dirname(path) or ".", f".registrar-{os.urandom(8).hex()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    number = os.open(beside, flags, 0o666)
    try:
        with open(number, "wb") as stream:
            stream.write(raw)
            stream.flush()
            _keep(path, number)
            os.fsync(number)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def _keep(path: str, number: int) -> None:
    """Give the new file the mode and, where that is allowed, the owner of the old one."""
    try:
        old = os.lstat(path)
    except FileNotFoundError:
        return
    os.fchmod(number, stat.S_IMODE(old.st_mode))
    if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
        try:
            os.fchown(number, old.st_uid, old.st_gid)
        except PermissionError:
            return  # only root gives files away
