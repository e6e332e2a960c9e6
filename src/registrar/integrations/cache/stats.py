"""One short text for everything that stat tells of a folder and of all that is in it."""

from __future__ import annotations

import hashlib
import os
from typing import NamedTuple

MAX_NODES = 100_000
"""A folder with more files and folders is looked at anew each time."""


class Look(NamedTuple):
    """What a folder looks like: the digest of its stats, and its newest time in nanoseconds."""

    digest: str
    newest: int


def look(folder: bytes) -> Look | None:
    """Names, modes, sizes, mtimes, ctimes and inodes of a folder and of everything in it.

    Links are not followed. None where something cannot be looked at, or there is too much of it.
    """
    told: list[bytes] = []
    try:
        newest = _walk(folder, told)
    except (OSError, ValueError):
        return None
    if len(told) > MAX_NODES:
        return None
    told.sort()
    return Look(hashlib.sha256(b"\n".join(told)).hexdigest()[:32], newest)


def _walk(folder: bytes, told: list[bytes]) -> int:
    """Note everything below a folder; the newest time of all."""
    status = os.lstat(folder)
    told.append(_told(b"", status))
    newest = max(status.st_mtime_ns, status.st_ctime_ns)
    waiting = [(folder, b"")]
    while waiting and len(told) <= MAX_NODES:
        here, prefix = waiting.pop()
        with os.scandir(here) as items:
            for item in items:
                status = item.stat(follow_symlinks=False)
                told.append(_told(prefix + item.name, status))
                if status.st_mtime_ns > newest:
                    newest = status.st_mtime_ns
                if status.st_ctime_ns > newest:
                    newest = status.st_ctime_ns
                if item.is_dir(follow_symlinks=False):
                    waiting.append((item.path, prefix + item.name + b"/"))
    return newest


def _told(name: bytes, status: os.stat_result) -> bytes:
    """One line; no name holds a slash twice in a row, so none can pass for another's numbers."""
    return b"%d %d %d %d %d //%s" % (
        status.st_ino,
        status.st_mode,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
        name.replace(b"\n", b"//"),
    )
