"""Recomputing every digest and size of an entry, and holding them against its records."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from registrar.app.verifying.finding import Found, Place, Search
from registrar.app.verifying.reading import Read, Tell, read_all
from registrar.app.verifying.recorded import Recorded, recorded, together
from registrar.domain.verifying import Difference, How, Source, Verified

if TYPE_CHECKING:
    from registrar.ports.making import Progress


def verify(place: Place, jobs: int | None = None, progress: Progress | None = None) -> Verified:
    """Hold the bytes of one entry against what it records; nothing is kept or written.

    ``progress`` is told how many of all its bytes were read, from any thread.
    """
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
    recorded_sizes = {path: size for path, (_, size) in (said.files or {}).items()}
    tell = _telling(progress, _sizes(place, said, opened))
    reads, failed = read_all(opened, jobs, tell, recorded_sizes)
    blocked = {path: one for path, one in found.items() if isinstance(one, str)} | failed
    blocked |= search.closed()
    differences = list(_differences(said, found, reads, search))
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


def _sizes(place: Place, said: Recorded, paths: Iterable[str]) -> int:
    """Bytes of all files, as far as they are recorded or known."""
    nodes, files = place.entry.nodes, said.files or {}
    sizes = ((files.get(p, ("", None))[1], nodes[p].size if p in nodes else 0) for p in paths)
    return sum(here if recorded is None else recorded for recorded, here in sizes)


def _telling(progress: Progress | None, total: int) -> Tell | None:
    if progress is None:
        return None
    done = 0

    def tell(size: int) -> None:
        nonlocal done
        done += size
        progress(done, max(done, total))

    return tell


def _differences(
    said: Recorded,
    found: Mapping[str, Found | str | None],
    reads: Mapping[str, Read],
    search: Search,
) -> Iterator[Difference]:
    for path, one in found.items():
        sha256, size = (said.files or {}).get(path, (None, None))
        read = reads.get(path)
        if one is None:
            yield Difference(path, How.MISSING, sha256 or "", "", search.push(path))
        elif read is None or sha256 is None:
            continue
        elif size is not None and read.size != size:
            how = How.SIZE if read.whole else How.LONGER
            yield Difference(path, how, str(size), str(read.size))
        elif read.sha256 != sha256:
            yield Difference(path, How.BYTES, sha256, read.sha256)


def _whole(said: Recorded, reads: Mapping[str, Read]) -> Iterator[Difference]:
    """The digest of all files together against ``training_hash``."""
    found = together(said.artifact, {path: read.sha256 for path, read in reads.items()})
    if said.whole is not None and found != said.whole:
        how = How.FOLDER if said.files is None else How.DIGEST
        yield Difference(said.artifact.path, how, said.whole, found or "")


def _sources(opened: Mapping[str, Found]) -> frozenset[Source]:
    return frozenset(one.source for one in opened.values())


def _told(blocked: Mapping[str, str]) -> Iterator[str]:
    """Each reason once, with how many files it stands for."""
    by_reason: dict[str, int] = {}
    for reason in blocked.values():
        by_reason[reason] = by_reason.get(reason, 0) + 1
    for reason, count in by_reason.items():
        yield reason if count == 1 else f"{reason} ({count:,} files)"
