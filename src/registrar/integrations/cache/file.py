"""The file of a cache: read only where it is plainly our own, written all or nothing.

No reading and no writing fails: what cannot be read is no cache, what cannot be written is
forgotten. The checksum tells damage; nobody but the user may write what is read.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
import time

MAX_BYTES = 64 * 1024 * 1024
_MARK = b"registrar-cache 1 "
_HEADER = len(_MARK) + 64 + 1
_NAME = re.compile(r"[0-9a-f]{32}\.json(?:\.[0-9]+)?")
_KEPT_DAYS = 90
"""Files of repositories that were not judged anew for so long are removed."""


def load(path: str) -> bytes | None:
    """The body of a cache; None for one that is missing, damaged, too large or not our own."""
    try:
        if not _private(os.lstat(os.path.dirname(path)), stat.S_IFDIR):
            return None
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        handle = os.open(path, flags)
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(handle)
        if not _private(status, stat.S_IFREG) or status.st_size > MAX_BYTES:
            return None
        with open(handle, "rb", closefd=False) as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError:
        return None
    finally:
        os.close(handle)
    body = raw[_HEADER:]
    return body if len(raw) <= MAX_BYTES and raw[:_HEADER] == _header(body) else None


def save(path: str, body: bytes) -> None:
    """Put a body in the place of the cache; a larger one than allowed takes it away."""
    folder = os.path.dirname(path)
    beside = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder, 0o700)
        if not _private(os.lstat(folder), stat.S_IFDIR):
            return
        if _HEADER + len(body) > MAX_BYTES:
            os.unlink(path)
            return
        _write(beside, _header(body) + body)
        os.replace(beside, path)
        _sweep(folder)
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            os.unlink(beside)


def _write(path: str, raw: bytes) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)  # left by a process of the same number that was killed
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(path, flags, 0o600), "wb") as stream:
        stream.write(raw)
        stream.flush()
        os.fsync(stream.fileno())


def _sweep(folder: str) -> None:
    """Remove what has not been written for long, and leavings of killed processes with it."""
    oldest = time.time() - _KEPT_DAYS * 24 * 3600
    with os.scandir(folder) as items:
        for item in items:
            if _NAME.fullmatch(item.name) and item.stat(follow_symlinks=False).st_mtime < oldest:
                os.unlink(item.path)


def _private(status: os.stat_result, kind: int) -> bool:
    """Tell whether something is of a kind, the user's own, and open to nobody else."""
    ours = status.st_uid == os.geteuid() and not status.st_mode & 0o077
    return ours and stat.S_IFMT(status.st_mode) == kind


def _header(body: bytes) -> bytes:
    return _MARK + hashlib.sha256(body).hexdigest().encode() + b"\n"
