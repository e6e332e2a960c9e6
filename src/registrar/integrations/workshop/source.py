"""What an artifact consists of where it lies: plain files that an entry can hold, and that stay."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator, Mapping
from typing import NoReturn

from registrar.domain.paths import path_fault
from registrar.errors import UsageError
from registrar.integrations.stamps import stamp
from registrar.reading.documents import MAX_BYTES, MAX_NODES

MAX_FILES = (MAX_NODES - 400) // 4
"""Of a folder: each is a mapping of three values in metadata, which has other values, too."""
_RECORD = 120
"""Bytes of a file's record in metadata besides its path."""


def files_of(source: str) -> Mapping[str, os.stat_result]:
    """The file itself, or the files of a folder, by path, bytewise sorted.

    Raises UsageError for what an entry cannot hold.
    """
    name = os.path.basename(source)
    if not os.path.isdir(source) or os.path.islink(source):
        _refuse_name(name, source)
        return {source: _status(source)}
    paths = sorted(_walk(source), key=os.fsencode)
    for path in paths:
        _refuse_name(f"{name}/{path}", os.path.join(source, path))
    records = sum(len(os.fsencode(f"{name}/{path}")) + _RECORD for path in paths)
    if len(paths) > MAX_FILES or records > MAX_BYTES:
        hint = "pack what belongs together into fewer files, and name the new folder"
        message = f"{source} has {len(paths):,} files, more than metadata.yaml can list"
        raise UsageError(f"{message} ({min(MAX_FILES, MAX_BYTES * len(paths) // records):,})", hint)
    return {path: _status(path) for path in (os.path.join(source, path) for path in paths)}


def opened(source: str) -> io.FileIO:
    """Open one file of an artifact; never waits, as for a FIFO, and follows no link."""
    try:
        return io.FileIO(os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK))
    except OSError as error:
        raise unreadable(source, error) from error


def moved(before: os.stat_result, after: os.stat_result) -> bool:
    """Tell whether a file is another one, or was written, between two looks at it."""
    return stamp(before) != stamp(after)


def changed(source: str) -> UsageError:
    """Say that a file did not stay as it was."""
    return UsageError(f"{source} changed while it was read", "wait until it is written")


def unreadable(source: str, error: OSError) -> UsageError:
    """Say why a file cannot be read."""
    hint = "name a file or a folder that you may read"
    return UsageError(f"{source} cannot be read: {error.strerror}", hint)


def _walk(folder: str) -> Iterator[str]:
    """The regular files below a folder, relative to it; raises UsageError for anything else."""

    def refuse(error: OSError) -> NoReturn:
        raise unreadable(error.filename or folder, error) from error

    for here, folders, names in os.walk(folder, onerror=refuse):
        for name in (*folders, *names):
            path = os.path.join(here, name)
            mode = os.lstat(path).st_mode
            if stat.S_ISREG(mode):
                yield os.path.relpath(path, folder)
            elif not stat.S_ISDIR(mode):
                raise UsageError(f"{path} is neither file nor folder", "an artifact has no links")


def _status(path: str) -> os.stat_result:
    try:
        found = os.lstat(path)
    except FileNotFoundError as error:
        raise changed(path) from error
    except OSError as error:
        raise unreadable(path, error) from error
    if not stat.S_ISREG(found.st_mode):
        raise UsageError(f"{path} is neither file nor folder", "name the file itself, not a link")
    return found


def _refuse_name(inside: str, source: str) -> None:
    fault = path_fault(inside)
    if fault is not None:
        raise UsageError(f"the path {source} {fault}", "rename it: not every system could hold it")
