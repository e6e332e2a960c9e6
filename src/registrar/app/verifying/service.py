"""Recomputing every digest and size of entries: on all cores, each byte read once."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from registrar.app.verifying.finding import Found, Place, Search
from registrar.app.verifying.recorded import Recorded, recorded, together
from registrar.domain.trees import UnreadableError
from registrar.domain.verifying import Difference, How, Source, Verified

_BLOCK = 1024 * 1024
_BEYOND = 64 * 1024 * 1024
"""Bytes that are read beyond the recorded size: enough to tell by how much most files differ."""
Tell = Callable[[int], None]
"""Is told how many bytes more were read; from any thread."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What the bytes of one file are."""

    path: str
    sha256: str
    size: int
    whole: bool
    """False where it went on, and nobody read to its end."""


def verify(place: Place, jobs: int | None = None, tell: Tell | None = None) -> Verified:
    """Hold the bytes of one entry against what it records; nothing is kept or written."""
    said = recorded(place.entry)
    if isinstance(said, str):
        return Verified(place.shown, 0, 0, (), unchecked=(said,))
    search = Search(place)
    wanted = list(said.files) if said.files is not None else list(said.artifact.members)
    if not wanted:
        hint = "its folder is not here, and files records none of its files"
        return Verified(place.shown, 0, 0, (), unchecked=(hint,))
    found = {path: search.find(path) for path in wanted}
    extra = sorted(search.listed() - set(wanted))
    opened = {path: one for path, one in found.items() if isinstance(one, Found)}
    reads, failed = _read_all(opened, said, jobs, tell)
    blocked = {path: one for path, one in found.items() if isinstance(one, str)} | failed
    differences = list(_differences(said, found, reads))
    differences += [Difference(path, How.EXTRA, "", "") for path in extra]
    if not differences and not blocked:
        differences = list(_whole(said, reads))
    return Verified(
        entry=place.shown,
        files=len(reads),
        size=sum(read.size for read in reads.values()),
        sources=tuple(source for source in Source if source in _sources(opened)),
        differences=tuple(sorted(differences, key=lambda one: os.fsencode(one.path))),
        unchecked=tuple(_told(blocked)),
    )


def _read_all(
    opened: Mapping[str, Found], said: Recorded, jobs: int | None, tell: Tell | None
) -> tuple[dict[str, _Read], dict[str, str]]:
    """Every file by path, and why some could not be read."""
    reads: dict[str, _Read] = {}
    failed: dict[str, str] = {}
    gate = threading.Lock()

    def count(size: int) -> None:
        if tell is not None:
            with gate:
                tell(size)

    with ThreadPoolExecutor(min(jobs or os.cpu_count() or 1, len(opened) or 1)) as pool:
        sizes = {path: size for path, (_, size) in (said.files or {}).items()}
        waiting = {
            path: pool.submit(_read, path, one, count, sizes.get(path))
            for path, one in opened.items()
        }
        for path, answer in waiting.items():
            try:
                reads[path] = answer.result()
            except UnreadableError as error:
                failed[path] = f"{path} cannot be read: {error}"
            except OSError as error:
                failed[path] = f"{path} cannot be read: {error.strerror or error}"
    return reads, failed


def _read(path: str, found: Found, count: Tell, recorded_size: int | None) -> _Read:
    """Read a file to its end, or until it is certainly too long: one may grow for ever."""
    most = None if recorded_size is None else recorded_size + _BEYOND
    digest, size, block = hashlib.sha256(), 0, memoryview(bytearray(_BLOCK))
    with found.open() as stream:
        while read := stream.readinto(block):  # type: ignore[attr-defined]  # BinaryIO lacks it
            digest.update(block[:read])
            size += read
            count(read)
            if most is not None and size > most:
                return _Read(path, "", size, whole=False)
    return _Read(path, digest.hexdigest(), size, whole=True)


def _differences(
    said: Recorded, found: Mapping[str, Found | str | None], reads: Mapping[str, _Read]
) -> Iterator[Difference]:
    for path, one in found.items():
        sha256, size = (said.files or {}).get(path, (None, None))
        read = reads.get(path)
        if one is None:
            yield Difference(path, How.MISSING, sha256 or "", "")
        elif read is None or sha256 is None:
            continue
        elif size is not None and read.size != size:
            more = "" if read.whole else "more than "
            yield Difference(path, How.SIZE, f"{size:,} bytes", f"{more}{read.size:,} bytes")
        elif read.sha256 != sha256:
            yield Difference(path, How.BYTES, sha256, read.sha256)


def _whole(said: Recorded, reads: Mapping[str, _Read]) -> Iterator[Difference]:
    """The digest of all files together against ``training_hash``."""
    found = together(said.artifact, {path: read.sha256 for path, read in reads.items()})
    if said.whole is not None and found != said.whole:
        yield Difference(said.artifact.path, How.DIGEST, said.whole, found or "")


def _sources(opened: Mapping[str, Found]) -> frozenset[Source]:
    return frozenset(one.source for one in opened.values())


def _told(blocked: Mapping[str, str]) -> Iterator[str]:
    """Each reason once, with how many files it stands for."""
    by_reason: dict[str, int] = {}
    for reason in blocked.values():
        by_reason[reason] = by_reason.get(reason, 0) + 1
    for reason, count in by_reason.items():
        yield reason if count == 1 else f"{reason} ({count:,} files)"
