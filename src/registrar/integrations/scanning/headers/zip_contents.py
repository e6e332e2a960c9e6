"""The bytes of a zip's members: where they lie, and what they unpack to, in bounded pieces."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.headers.troubles import (
    BrokenError,
    between,
    byte,
    danger,
    unread,
)
from registrar.integrations.scanning.headers.zip_entries import Entry, extra_faults
from registrar.reading.sniffing.source import Source
from registrar.reading.sniffing.zip_directory import LOCAL, widened

STORED, DEFLATED = 0, 8
DESCRIBED_BEHIND = 0x8
"""Flag: checksum and sizes stand behind the bytes, in a data descriptor."""
_TELLING_FLAGS = 0x2849
"""Those that decide how a member is read: encryption, descriptor, UTF-8, masked headers."""
_FULL32 = 0xFFFFFFFF
_LOCAL = struct.Struct("<4s5H3L2H")
_BLOCK = 64 * 1024
_PIECE = 1024 * 1024
_AGAIN = "pack it again, with zip or zipfile"


def local_faults(source: Source, entry: Entry, until: int) -> Iterator[Trouble]:
    """The local header against the directory, and the bytes from here to the next member."""
    start, local = _local(source, entry)
    _, _, flags, method, _, _, crc, packed, size, _, _ = local
    source.go(entry.offset + _LOCAL.size)
    raw = source.take(local[9])
    extra = source.take(local[10])
    yield from extra_faults(entry, extra, "its local header")
    size, packed = widened(extra, (size, packed, 0))[:2]
    told = (entry.crc, entry.packed, entry.size)
    behind = bool(flags & DESCRIBED_BEHIND)
    agree = (crc, packed, size) == told
    if behind and not agree:
        agree = crc in (0, entry.crc) and packed in (0, _FULL32, entry.packed)
    agree = agree and not (flags ^ entry.flags) & _TELLING_FLAGS
    if raw != entry.raw or method != entry.method or not agree:
        yield danger(
            f"{entry.shown}: the local header at {byte(entry.offset)} tells of another name,"
            " method, size or checksum than the directory: readers differ",
            _AGAIN,
        )
    end = start + entry.packed
    if end > until:
        yield danger(f"{entry.shown} shares bytes with what follows at {byte(until)}", _AGAIN)
    elif behind and not _described(source, end, until, told):
        yield danger(
            f"{entry.shown} has no data descriptor that agrees, and nothing else, at {byte(end)}",
            _AGAIN,
        )
    elif not behind and end != until:
        yield danger(f"{between(end, until)} belong to no member: anything may hide there", _AGAIN)


def _local(source: Source, entry: Entry) -> tuple[int, tuple[int, ...]]:
    """Where the bytes of a member begin, and the values of its local header."""
    source.go(entry.offset)
    values = _LOCAL.unpack(source.take(_LOCAL.size))
    if values[0] != LOCAL:
        raise BrokenError(f"{entry.shown} has no local header at {byte(entry.offset)}")
    return entry.offset + _LOCAL.size + values[9] + values[10], values


def _described(source: Source, start: int, end: int, told: tuple[int, ...]) -> bool:
    """Tell whether exactly a data descriptor that agrees lies here."""
    length = end - start
    if length not in (12, 16, 20, 24):
        return False
    source.go(start)
    found = source.take(length)
    if length in (16, 24):
        if found[:4] != b"PK\x07\x08":
            return False
        found = found[4:]
    return struct.unpack("<3L" if len(found) == 12 else "<L2Q", found) == told


def unpacked(source: Source, entry: Entry) -> Iterator[bytes]:
    """What a member unpacks to, piece by piece, never more than its size and one byte.

    Raises BrokenError where it is not deflate, TruncatedError where the file ends.
    """
    start, _ = _local(source, entry)
    left, room = entry.packed, entry.size + 1
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    while room > 0 and (left or inflate.unconsumed_tail):
        block = inflate.unconsumed_tail
        if not block:
            source.go(start)
            block = source.take(min(left, _BLOCK))
            start += len(block)
            left -= len(block)
        if entry.method == STORED:
            piece = block
        else:
            try:
                piece = inflate.decompress(block, min(room, _PIECE))
            except zlib.error:
                raise BrokenError(f"{entry.shown} is not deflate, as the zip says") from None
            if inflate.eof and (inflate.unused_data or left):
                raise BrokenError(f"{entry.shown} has bytes behind the end of its deflate stream")
        room -= len(piece)
        if piece:
            yield piece


def content_faults(source: Source, entry: Entry) -> Iterator[Trouble]:
    """Whether a member unpacks to what the directory says: its size, and its checksum."""
    size = crc = 0
    for piece in unpacked(source, entry):
        size += len(piece)
        crc = zlib.crc32(piece, crc)
    if size > entry.size:
        yield danger(
            f"{entry.shown} unpacks to more than the {entry.size:,} bytes that it tells of", _AGAIN
        )
    elif size < entry.size:
        yield unread(f"{entry.shown} unpacks to {size:,} bytes, not to {entry.size:,}")
    elif crc != entry.crc:
        yield unread(f"{entry.shown} does not have the checksum that the zip tells")


def content(source: Source, entry: Entry, limit: int) -> bytes:
    """A whole member, or its first ``limit`` bytes."""
    made = bytearray()
    for piece in unpacked(source, entry):
        made += piece
        if len(made) >= limit:
            break
    return bytes(made[:limit])


class Window(io.RawIOBase):
    """A stored member as a stream of its own."""

    def __init__(self, stream: BinaryIO, source: Source, entry: Entry) -> None:
        super().__init__()
        self._stream = stream
        self._start = _local(source, entry)[0]
        self._size = entry.size
        self._place = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move; only from the start, as the readers do."""
        if whence:
            raise io.UnsupportedOperation("whence")
        self._place = offset
        return offset

    def read(self, count: int | None = -1) -> bytes:
        """At most ``count`` bytes."""
        left = max(0, self._size - self._place)
        count = left if count is None or count < 0 else min(count, left)
        self._stream.seek(self._start + self._place)
        found = self._stream.read(count)
        self._place += len(found)
        return found
