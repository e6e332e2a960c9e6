"""zip: one reading for every reader, nothing outside of it, nothing that explodes.

The zip begins at the first byte of the file and ends at its last; members lie side by side from
there to the directory, without a byte between them; local headers say what the directory says.
Deflated members are unpacked to see that they keep to their sizes; large stored ones are not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.headers.troubles import (
    BrokenError,
    between,
    danger,
    told,
    unread,
)
from registrar.integrations.scanning.headers.zip_contents import (
    DEFLATED,
    DESCRIBED_BEHIND,
    STORED,
    content_faults,
    local_faults,
)
from registrar.integrations.scanning.headers.zip_entries import Entry, entries, extra_faults
from registrar.integrations.scanning.headers.zip_names import name_faults
from registrar.reading.sniffing.source import Source
from registrar.reading.sniffing.zip_directory import END, LOCAL, DirectoryError

MAX_RATIO = 200
"""Unpacked to packed bytes, for what unpacks to more than ``MAX_HARMLESS``."""
MAX_HARMLESS = 64 * 1024 * 1024
MAX_CHECKED = 1024 * 1024
"""Stored members above it are not read: their bytes are what they are."""
MAX_UNPACKED = 4 * 1024 * 1024 * 1024
"""Of all deflated members together, those of zips within as well."""
_DEFLATE_RATIO = 1032
_NEEDS = 63
"""Version 6.3, the last that there is."""
_ENCRYPTED = 0x2041
_KNOWN_FLAGS = 0x800 | DESCRIBED_BEHIND | 0x6
_AGAIN = "pack it again, with zip or zipfile"


@told
def look(stream: BinaryIO, size: int, beside: Mapping[str, int]) -> Iterator[Trouble]:
    """Look at the ``size`` bytes of a zip: its structure, and whether it unpacks as it says."""
    source = Source(stream, size)
    yield from structure_faults(source)


class Allowance:
    """How many bytes may still be unpacked of one file."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_UNPACKED

    def take(self, size: int) -> None:
        """Unpack so many; raises BrokenError where that is too much."""
        self.left -= size
        if self.left < 0:
            raise BrokenError(
                f"the zip unpacks to more than {MAX_UNPACKED:,} bytes", "pack it stored"
            )


def structure_faults(source: Source, allowance: Allowance | None = None) -> Iterator[Trouble]:
    """The same for a source; zips of one file share an allowance."""
    allowance = allowance or Allowance()
    try:
        found, start = entries(source)
    except DirectoryError as error:
        yield _ambiguous(source, str(error))
        return
    if not found:
        yield unread("the zip holds nothing", "pack the model into it")
        return
    yield from name_faults(found)
    sound = []
    for entry in found:
        troubles = [*_alone(entry), *extra_faults(entry, entry.extra, "the directory")]
        yield from troubles
        if not troubles:
            sound.append(entry)
    yield from _bomb(found)
    yield from _side_by_side(source, found, start)
    for entry in sound:
        if entry.method == DEFLATED:
            allowance.take(entry.size)
        if entry.method == DEFLATED or entry.size <= MAX_CHECKED:
            yield from content_faults(source, entry)


def _ambiguous(source: Source, what: str) -> Trouble:
    if what != "no end of the directory":
        return danger(f"readers of this zip differ: {what}", _AGAIN)
    if source.head[:4] not in (LOCAL, END):
        return unread("the file is no zip", _AGAIN)
    return unread("the zip has no end of its directory")


def _alone(entry: Entry) -> Iterator[Trouble]:
    """What the directory says of one member."""
    if entry.flags & _ENCRYPTED:
        yield unread(f"{entry.shown} is encrypted", "pack it without a password")
    elif entry.flags & ~_KNOWN_FLAGS:
        yield unread(f"{entry.shown} has flags that are not known ({entry.flags:#06x})", _AGAIN)
    if entry.needs > _NEEDS:
        yield unread(f"{entry.shown} needs version {entry.needs / 10} of the zip format", _AGAIN)
    if entry.method not in (STORED, DEFLATED):
        yield unread(
            f"{entry.shown} is packed by method {entry.method}", "pack it stored or deflated"
        )
    elif entry.method == STORED and entry.packed != entry.size:
        yield danger(
            f"{entry.shown} is stored in {entry.packed:,} bytes and tells of {entry.size:,}", _AGAIN
        )
    elif entry.size > _DEFLATE_RATIO * entry.packed + 64:
        yield danger(
            f"{entry.shown} tells of {entry.size:,} bytes; {entry.packed:,} cannot unpack to them",
            _AGAIN,
        )


def _bomb(found: Sequence[Entry]) -> Iterator[Trouble]:
    for entry in found:
        if entry.size > MAX_HARMLESS and entry.size > MAX_RATIO * entry.packed:
            yield _explodes(entry.shown, entry.size, entry.packed)
    size, packed = sum(entry.size for entry in found), sum(entry.packed for entry in found)
    if size > MAX_HARMLESS and size > MAX_RATIO * packed:
        yield _explodes("the zip", size, packed)


def _explodes(what: str, size: int, packed: int) -> Trouble:
    return danger(
        f"{what} unpacks from {packed:,} to {size:,} bytes, more than {MAX_RATIO} times as many",
        "store it unpacked, so that its size can be seen",
    )


def _side_by_side(source: Source, found: Sequence[Entry], start: int) -> Iterator[Trouble]:
    """Members from the first byte to the directory, none twice, nothing between."""
    placed = sorted(found, key=lambda entry: entry.offset)
    if placed[-1].offset >= start:
        raise BrokenError(f"{placed[-1].shown} should lie behind the end of all members")
    if placed[0].offset != 0:
        yield danger(f"{between(0, placed[0].offset)} belong to no member", _AGAIN)
    followed_by = [*(entry.offset for entry in placed[1:]), start]
    for entry, until in zip(placed, followed_by, strict=True):
        yield from local_faults(source, entry, until)
