"""The bytes of an entry as files of this machine, wherever its tree has them from."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from registrar.domain.paths import inside, path_fault
from registrar.domain.trees import UnreadableError
from registrar.reading.artifact import Artifact
from registrar.reading.entry import Entry

_BLOCK = 1024 * 1024


def wanted(entry: Entry, artifact: Artifact) -> list[str]:
    """The artifact's files, and what lies beside them in the tree; no other tracked data."""
    own = (path for path in entry.files if inside(path, artifact.path))
    beside = (path for path in entry.files if not entry.covered(path))
    return sorted({*own, *beside})


@contextmanager
def laid_out(entry: Entry, paths: Iterable[str], scratch: str) -> Iterator[str]:
    """The absolute folder where files of an entry lie: its own, or one that is removed afterwards.

    That one is made in ``scratch``. Raises UnreadableError where they cannot be brought there.
    """
    place = entry.tree.place(entry.path)
    if place is not None:
        yield place
        return
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        for path in paths:
            try:
                _bring(entry, path, folder)
            except OSError as error:
                reason = error.strerror or str(error)
                raise UnreadableError(f"{path} cannot be laid out: {reason}") from error
        yield os.path.realpath(folder)


def _bring(entry: Entry, path: str, folder: str) -> None:
    """Copy one file; raises OSError and UnreadableError."""
    if fault := path_fault(path):
        raise UnreadableError(f"a path of the entry {fault}")
    known = entry.content(path)
    if isinstance(known, UnreadableError):
        raise UnreadableError(f"{path} cannot be read: {known}")
    target = os.path.join(folder, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with entry.tree.open(f"{entry.path}/{path}") as source, open(target, "xb") as copy:
        while (block := source.read(_BLOCK)) and size <= known.size:
            digest.update(block)
            size += len(block)
            copy.write(block)
    if digest.hexdigest() != known.sha256:
        raise UnreadableError(f"{path} changed between two readings")
