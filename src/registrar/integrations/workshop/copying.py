"""Copies files and digests the copies: what is told of is what lies there."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

_BLOCK = 4 * 1024 * 1024
_STRIDE = 256 * 1024 * 1024
_CANNOT = frozenset({errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM})


def copy(source: int, target: int) -> None:
    """Copy all bytes from one descriptor to another; raises OSError.

    The kernel does it where it can: without a copy at all where the file system shares blocks.
    """
    if hasattr(os, "copy_file_range"):
        try:
            while os.copy_file_range(source, target, _STRIDE):
                pass
        except OSError as error:
            if error.errno not in _CANNOT:
                raise
    while block := os.read(source, _BLOCK):  # also where the kernel knows no size, as of /proc
        rest = memoryview(block)
        while rest:
            rest = rest[os.write(target, rest) :]


def digests(source: int, tell: Callable[[int], None]) -> tuple[str, str, int]:
    """SHA-256, MD5 and size of a descriptor's bytes in one read, on two threads; raises OSError.

    ``tell`` is told after each block how many bytes are done.
    """
    sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    with ThreadPoolExecutor(1) as other:  # starts its thread with the first large block
        while block := os.read(source, _BLOCK):
            if len(block) < _BLOCK:
                md5.update(block)
                sha256.update(block)
            else:
                waiting = other.submit(md5.update, block)
                sha256.update(block)
                waiting.result()
            size += len(block)
            tell(size)
    return sha256.hexdigest(), md5.hexdigest(), size
