"""What a file system says of a file: where it is the same, the file is, too."""

from __future__ import annotations

import os


def stamp(status: os.stat_result) -> tuple[int, ...]:
    """Device, inode, size, mtime and ctime, both in nanoseconds."""
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )
