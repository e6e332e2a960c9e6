"""The temporary folder of a job: how much is in it, and taking it away whatever is in it."""

from __future__ import annotations

import os
import stat

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_TRIES = 20
"""How often a folder is looked through that changes meanwhile."""


def used(folder: str, most: int) -> tuple[int, int]:
    """Bytes and number of what lies below a folder, counted to ``most``; links are not followed.

    What nobody can look into counts as ``most``: what lies too deep to have a path, what is closed,
    and what is moved about so that it is never found.
    """
    for _ in range(_TRIES):
        size, count, steady = _count(folder, most)
        if steady:
            return size, count
    return size, most


def _count(folder: str, most: int) -> tuple[int, int, bool]:
    """Bytes and number, and whether all was still there when it was looked at."""
    size = count = 0
    waiting = [folder]
    while waiting and count < most:
        try:
            with os.scandir(waiting.pop()) as found:
                for item in found:
                    count += 1
                    if count >= most:
                        break
                    if item.is_dir(follow_symlinks=False):
                        waiting.append(item.path)
                    else:
                        size += item.stat(follow_symlinks=False).st_blocks * 512
        except FileNotFoundError:
            return size, count, False
        except OSError:
            return size, most, True
    return size, count, True


def remove(folder: str) -> None:
    """Take a folder away with all that foreign code has put into it; raises OSError.

    Folders in it may be a thousand deep or closed to their owner: each is emptied into the
    folder itself, where nothing is deep. No link is followed. Nobody else may be writing to it.
    """
    top = os.open(folder, _FOLDER)
    try:
        number = 0
        while names := os.listdir(top):
            for name in names:
                if not stat.S_ISDIR(os.stat(name, dir_fd=top, follow_symlinks=False).st_mode):
                    os.unlink(name, dir_fd=top)
                    continue
                number = _flatten(top, name, number)
                os.rmdir(name, dir_fd=top)
    finally:
        os.close(top)
    os.rmdir(folder)


def _flatten(top: int, name: str, number: int) -> int:
    """Move what a folder holds beside it; the number of the next new name."""
    os.chmod(name, 0o700, dir_fd=top)
    inner = os.open(name, _FOLDER, dir_fd=top)
    try:
        for child in os.listdir(inner):
            number += 1
            if stat.S_ISDIR(os.stat(child, dir_fd=inner, follow_symlinks=False).st_mode):
                os.chmod(child, 0o700, dir_fd=inner)  # a folder that is moved is written to
            os.rename(child, f".{number}.{os.urandom(8).hex()}", src_dir_fd=inner, dst_dir_fd=top)
    finally:
        os.close(inner)
    return number
