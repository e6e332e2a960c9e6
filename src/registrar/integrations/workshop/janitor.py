"""Removes what a program left behind that was killed: run in a process of its own, by its source.

Reads one JSON line a path on stdin, before that path is made: the path with an inode, or null. At
the end of its input it removes them, the last one first, unless the input said that all is done,
or the folder named in the first line has been renamed to its place.
"""

import json
import os
import shutil
import signal
import sys


def main() -> None:
    """Wait for the end of the input, and clean up where it came too early."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # sent to the whole group: the other one answers
    paths: list[tuple[str, int | None]] = []
    made = False
    for line in sys.stdin:
        told = json.loads(line)
        if told is None:
            return
        if told is True:
            made = True
            continue
        paths.append((told[0], told[1]))
    if made and paths and not os.path.lexists(paths[0][0]):
        return  # it was renamed: the entry is there, and whole
    for path, inode in reversed(paths):
        if inode is not None and not _is(path, inode):
            continue
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path, ignore_errors=True)
        elif os.path.lexists(path):
            os.unlink(path)


def _is(path: str, inode: int) -> bool:
    try:
        return os.lstat(path).st_ino == inode
    except OSError:
        return False


if __name__ == "__main__":
    main()
