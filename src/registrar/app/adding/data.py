"""The files that a model learned from: read where they are, once; none comes into the entry."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BufferedReader, RawIOBase
from typing import Any

from registrar.app.adding.plain import data_path, opened
from registrar.domain.adding import Data, DataFile, FileSet, Piece
from registrar.domain.digests import folder_digest
from registrar.errors import UsageError
from registrar.ports.making import Progress
from registrar.reading.rows import MEDIA_TYPES, rows_of

_BLOCK = 1 << 20
MOST_LISTED = 500
"""A folder of more files is listed by one digest: a manifest of 1 MiB must hold all others."""


@dataclass(slots=True)
class Reader:
    """Reads data files in the repository at ``top``.

    ``inputs`` are the MD5s that a run recorded, by path in the repository: what lies there gets
    its own, too. ``places`` are these paths of what was read, by path in the manifest.
    """

    top: str
    inputs: Mapping[str, str]
    progress: Progress | None = None
    places: dict[str, str] = field(default_factory=dict)
    _done: int = 0
    _total: int = 0

    def gather(self, datasets: Iterable[tuple[str | None, str]]) -> Data:
        """Read the files and folders that ``--dataset`` names, each with its split.

        Raises UsageError for what cannot be read, is empty, or changes while it is read.
        """
        named = [(split, path, _files(path)) for split, path in datasets]
        self._total = sum(_size(whole) for *_, found in named for _, whole in found)
        files: list[DataFile] = []
        sets: list[FileSet] = []
        for split, path, found in named:
            read = [self._read(split, shown, whole) for shown, whole in found]
            if len(read) > MOST_LISTED:
                sets.append(_as_set(split, path, read))
            else:
                files += read
        _refuse_twice([*(file.piece.path for file in files), *(one.path for one in sets)])
        if len(files) > MOST_LISTED:
            message = f"{len(files):,} data files are more than a manifest lists"
            raise UsageError(message, "name their folder: it is listed by one digest")
        return Data(tuple(files), tuple(sets))

    def _read(self, split: str | None, shown: str, whole: str) -> DataFile:
        """One file: digests and rows in one read."""
        place = os.path.relpath(os.path.realpath(whole), os.path.realpath(self.top))
        digests = [hashlib.sha256()]
        if place in self.inputs:
            digests.append(hashlib.md5(usedforsecurity=False))
            self.places[shown] = place
        with opened(f"--dataset {whole}", whole) as raw:
            before = os.fstat(raw.fileno())
            stream = BufferedReader(_Digested(raw, digests, self._tell), _BLOCK)
            try:
                rows = rows_of(stream, whole)
                while stream.read(_BLOCK):
                    pass
                after = os.stat(whole)
            except OSError as error:
                raise UsageError(f"--dataset {whole}: {error.strerror}", "name a file") from error
        if _state(before) != _state(after):
            raise UsageError(f"{whole} changed while it was read", "wait until it is written")
        piece = Piece(data_path(shown), digests[0].hexdigest(), before.st_size)
        media = MEDIA_TYPES.get(os.path.splitext(whole)[1].lower())
        md5 = digests[1].hexdigest() if len(digests) > 1 else None
        return DataFile(piece, split, rows, media, md5)

    def _tell(self, count: int) -> None:
        self._done += count
        if self.progress is not None:
            self.progress(self._done, self._total)


def _state(told: os.stat_result) -> tuple[int, int, int]:
    return told.st_size, told.st_mtime_ns, told.st_ino


class _Digested(RawIOBase):
    """A file whose bytes go through digests on their way."""

    def __init__(self, raw: RawIOBase, digests: Iterable[Any], tell: Callable[[int], None]) -> None:
        self._raw = raw
        self._digests = tuple(digests)
        self._tell = tell

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer, and digest what was read."""
        count = self._raw.readinto(buffer) or 0
        for digest in self._digests:
            digest.update(memoryview(buffer)[:count])
        self._tell(count)
        return count


def _as_set(split: str | None, path: str, found: list[DataFile]) -> FileSet:
    name = _shown(path)
    digests = {file.piece.path[len(name) + 1 :]: file.piece.sha256 for file in found}
    size = sum(file.piece.size for file in found)
    return FileSet(f"{name}/", f"sha256:{folder_digest(digests)}", len(found), size, split)


def _files(path: str) -> list[tuple[str, str]]:
    """What ``--dataset`` names: of each file its path in the manifest, and where it is."""
    name = _shown(path)
    if not os.path.isdir(path):
        return [(name, path)]
    inner = sorted(_walk(path), key=os.fsencode)
    if not inner:
        raise UsageError(f"--dataset {path} is empty", "name a folder with files in it")
    return [(f"{name}/{file}", os.path.join(path, file)) for file in inner]


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0  # told when it is read


def _walk(folder: str) -> Iterator[str]:
    """Every file below a folder, relative to it; raises UsageError for a folder that is a link."""
    for here, folders, names in os.walk(folder, onerror=_refuse):
        for name in folders:
            if os.path.islink(os.path.join(here, name)):
                path = os.path.join(here, name)
                raise UsageError(f"{path} is a link to a folder", "give that folder, too")
        yield from (os.path.relpath(os.path.join(here, name), folder) for name in names)


def _refuse(error: OSError) -> None:
    raise UsageError(f"--dataset {error.filename}: {error.strerror}", "name what can be read")


def _shown(path: str) -> str:
    """A path as the manifest has it: as it was given where it lies below here, else its name."""
    path = os.path.normpath(path)
    below = not os.path.isabs(path) and path.split("/")[0] not in ("..", ".")
    return path if below else os.path.basename(os.path.abspath(path))


def _refuse_twice(paths: list[str]) -> None:
    """Raise UsageError for a path that stands for two files."""
    seen: set[str] = set()
    for path in paths:
        if path in seen:
            hint = "name them by paths below the current folder"
            raise UsageError(f"two data files would be called {path}", hint)
        seen.add(path)
