"""The members of a skops file beside its schema: arrays, sparse matrices, bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from registrar.domain.formats import Format
from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.headers.troubles import danger, unread
from registrar.integrations.scanning.headers.zip_contents import STORED, Window, content
from registrar.integrations.scanning.headers.zip_entries import Entry, entries
from registrar.integrations.scanning.headers.zips import Allowance, structure_faults
from registrar.reading.effort import Effort
from registrar.reading.sniffing import NOT_LOOKED_AT, sniff
from registrar.reading.sniffing.headers import is_object_array, npy_bytes, npy_header
from registrar.reading.sniffing.source import Source

MAX_PACKED = 64 * 1024 * 1024
"""A member that is deflated within is unpacked into memory, up to so much."""
_HEAD = 64 * 1024
_PICKLES = frozenset({Format.PICKLE, Format.JOBLIB, Format.PYTORCH, Format.TORCHSCRIPT})
_AGAIN = "write the model again with skops.io.dump"


@dataclass(frozen=True, slots=True)
class Place:
    """The zip that members lie in, and what may still be spent on all of them."""

    stream: BinaryIO
    source: Source
    allowance: Allowance = field(default_factory=Allowance)
    effort: Effort = field(default_factory=Effort)


def member_faults(place: Place, entry: Entry, loaders: frozenset[str]) -> Iterator[Trouble]:
    """What is wrong with a member, by the loaders of the nodes that name it."""
    source = place.source
    if "NdArrayNode" in loaders:
        yield from _array_faults(source, entry, entry.shown)
    if "SparseMatrixNode" in loaders:
        yield from _matrix_faults(place, entry)
    if loaders & {"BytesNode", "BytearrayNode"}:
        yield from _bytes_faults(place, entry)


def _bytes_faults(place: Place, entry: Entry) -> Iterator[Trouble]:
    """Bytes are the affair of the class that takes them; a pickle among them runs anything."""
    opened = _opened(place, entry)
    if opened is None:
        yield _too_large(entry)
        return
    found = sniff(opened, entry.size, place.effort)
    if found.format in _PICKLES:
        yield danger(f"{entry.shown} holds a pickle, which runs whatever it names", _AGAIN)
    elif found.detail == NOT_LOOKED_AT:
        yield unread(f"{entry.shown} was not looked at: the bytes before it were too much", _AGAIN)


def _array_faults(source: Source, entry: Entry, shown: str) -> Iterator[Trouble]:
    header = npy_header(content(source, entry, _HEAD))
    if header is None:
        yield unread(f"{shown} is no array of NumPy of a type that is known", _AGAIN)
    elif is_object_array(header):
        yield danger(f"{shown} is an array of objects, which are a pickle", _AGAIN)
    elif header.end() + npy_bytes(header) > entry.size:
        yield unread(f"{shown} ends before its array does")
    elif npy_bytes(header) and header.end() + npy_bytes(header) < entry.size:
        yield danger(f"{shown} has bytes behind its array", _AGAIN)


def _matrix_faults(place: Place, entry: Entry) -> Iterator[Trouble]:
    """A sparse matrix is an npz: a zip of arrays."""
    opened = _opened(place, entry)
    if opened is None:
        yield _too_large(entry)
        return
    inner = Source(opened, entry.size)
    found = list(structure_faults(inner, place.allowance))
    for trouble in found:
        yield Trouble(trouble.safety, f"{entry.shown}: {trouble.message}", trouble.hint)
    if not found:
        for member in entries(inner)[0]:
            yield from _array_faults(inner, member, f"{entry.shown}: {member.shown}")


def _opened(place: Place, entry: Entry) -> BinaryIO | None:
    """A member as a stream; None where it is packed and too large."""
    if entry.method == STORED:
        return cast(BinaryIO, Window(place.stream, place.source, entry))
    if entry.size > MAX_PACKED:
        return None
    return io.BytesIO(content(place.source, entry, MAX_PACKED))


def _too_large(entry: Entry) -> Trouble:
    return unread(
        f"{entry.shown} unpacks to {entry.size:,} bytes; {MAX_PACKED:,} are read",
        "dump it with compression=zipfile.ZIP_STORED",
    )


def by_name(found: list[Entry]) -> Mapping[str, Entry]:
    """Members by their names, which stand once: ``structure_faults`` has seen to it."""
    return {entry.name: entry for entry in found}
