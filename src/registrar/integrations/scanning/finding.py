"""The files below the paths that a person names; links are told, never followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from registrar.domain.scanning import FileScan, Safety, Trouble
from registrar.errors import UsageError
from registrar.ports.scanning import ToScan

MAX_FILES = 100_000
_GIT = ".git"
_TARGETS = "name a file or a folder, or an entry as wine, wine:1.2.0 or sha256:<digest>"


class FilesOnDisk:
    """Finds what is to be scanned."""

    def find(self, path: str) -> Iterator[ToScan | FileScan]:
        """All files at or below a path in the order of their names, and what cannot be one.

        Raises UsageError for a path that is not there.
        """
        try:
            found = os.lstat(path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise UsageError(f"{path}: {reason}", _TARGETS) from error
        if stat.S_ISDIR(found.st_mode):
            yield from _below(path.rstrip("/") or "/")
        else:
            yield _one(path, found)


def _below(top: str) -> Iterator[ToScan | FileScan]:
    count, folders = 0, [top]
    place = os.path.abspath(top)
    while folders:
        folder = folders.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            yield _untold(folder, f"the folder cannot be read: {error.strerror}")
            continue
        inner = []
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if folder != top or entry.name != _GIT:
                    inner.append(entry.path)
                continue
            count += 1
            if count > MAX_FILES:
                yield _untold(top, f"more than {MAX_FILES:,} files: the rest was not read")
                return
            found = entry.stat(follow_symlinks=False)
            yield _one(entry.path, found, place + entry.path[len(top) :])
        folders += reversed(inner)


def _one(path: str, found: os.stat_result, place: str = "") -> ToScan | FileScan:
    if stat.S_ISLNK(found.st_mode):
        return _untold(path, "a symbolic link, which is not followed", "name the file itself")
    if not stat.S_ISREG(found.st_mode):
        return _untold(path, "no regular file", "take it out of the artifact")
    return ToScan(path, place or os.path.abspath(path), found.st_size)


def _untold(path: str, message: str, hint: str = "") -> FileScan:
    return FileScan(path, "none", (Trouble(Safety.UNREAD, message, hint),))
