"""Files that have no name any more and still take room: whoever holds them is asked."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable

_DELETED = b" (deleted)"
_TRIES = 5


def unlinked(pids: Iterable[int], folder: str, unknown: int) -> int:
    """Bytes of the nameless files that processes hold open or have mapped, each counted once.

    The kernel does not tell the size of one of ``folder`` that is mapped and not open any more:
    it counts as ``unknown`` bytes.
    """
    sizes: dict[int, int] = {}
    mapped: set[int] = set()
    for pid in pids:
        for _ in range(_TRIES):  # what is seen once counts, however often it is moved about
            found, steady = _open_ones(f"/proc/{pid}/fd")
            sizes |= found
            if steady:
                break
        mapped |= _mapped(f"/proc/{pid}/maps", os.fsencode(folder) + b"/")
    return sum(sizes.values()) + unknown * len(mapped - sizes.keys())


def _open_ones(folder: str) -> tuple[dict[int, int], bool]:
    """Bytes by inode, of a file in memory (``memfd_create``) too; whether none went meanwhile."""
    found, steady = {}, True
    try:
        numbers = os.listdir(folder)
    except OSError:
        return {}, True  # it ended meanwhile
    for number in numbers:
        try:
            status = os.stat(f"{folder}/{number}")
        except OSError:
            steady = False
            continue
        if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
            found[status.st_ino] = status.st_blocks * 512
    return found, steady


def _mapped(path: str, below: bytes) -> set[int]:
    """Inodes of mapped files that had a name below a folder."""
    try:
        with open(path, "rb") as stream:
            lines = [line.rstrip(b"\n").split(None, 5) for line in stream if _DELETED in line]
    except OSError:
        return set()
    return {int(fields[4]) for fields in lines if fields[5].startswith(below)}
