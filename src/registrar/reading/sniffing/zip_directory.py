"""The central directory of a zip, read strictly: what two readers could read differently is out.

Source: PKWARE's APPNOTE 4.3.12 to 4.3.16 and 4.5.3.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from registrar.reading.sniffing.source import Source, TruncatedError
from registrar.reading.zip_signatures import END as END
from registrar.reading.zip_signatures import LOCAL as LOCAL

MAX_MEMBERS = 100_000
MAX_DIRECTORY = 16 * 1024 * 1024
MAX_HEAD = 64 * 1024
_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_FULL32 = 0xFFFFFFFF
_ENCRYPTED = 0x2041
"""Bits of the flags: encryption, strong encryption, masked headers."""


class DirectoryError(Exception):
    """The directory is broken, ambiguous or too large; the text says which."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member: its name as stored, and where its local header lies."""

    name: bytes
    flags: int
    method: int
    packed: int
    """Size in bytes as it lies in the file."""
    offset: int

    @property
    def encrypted(self) -> bool:
        """Tell whether its bytes or its headers are encrypted."""
        return bool(self.flags & _ENCRYPTED)


def members(source: Source) -> list[Member]:
    """All members in the directory's order; raises DirectoryError and TruncatedError.

    The zip must begin at the first byte of the file and end at its last, and no name may
    stand twice.
    """
    count, size, start = locate(source)
    if count > MAX_MEMBERS or size > MAX_DIRECTORY:
        raise DirectoryError("too many members")
    source.go(start)
    directory = source.take(size)
    found = []
    position = 0
    while position < size:
        member, position = _entry(directory, position)
        found.append(member)
    if len(found) != count:
        raise DirectoryError("the directory does not hold as many members as it says")
    if len({member.name for member in found}) != count:
        raise DirectoryError("a name stands twice")
    if found and min(member.offset for member in found) != 0:
        raise DirectoryError("bytes before the first member")
    return found


def head(source: Source, member: Member, limit: int) -> bytes | None:
    """The first bytes of a member, at most ``limit``; None where they cannot be had.

    Raises TruncatedError, and DirectoryError where the local header tells of another name.
    """
    source.go(member.offset)
    local = source.take(30)
    names, extra = int.from_bytes(local[26:28], "little"), int.from_bytes(local[28:30], "little")
    if local[:4] != LOCAL or source.take(names) != member.name:
        raise DirectoryError("a local header disagrees with the directory")
    if member.encrypted:
        return None
    source.skip(extra)
    limit = min(limit, MAX_HEAD)
    packed = source.rest(min(member.packed, 2 * limit + 64))  # deflate may expand a little
    if member.method == 0:
        return packed[:limit]
    if member.method != 8:
        return None
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, limit)
    except zlib.error:
        return None


def locate(source: Source) -> tuple[int, int, int]:
    """Number of members, size and offset of the directory; raises as ``members`` does."""
    tail_start = max(0, source.size - _END.size - 0xFFFF)
    source.go(tail_start)
    tail = source.rest(_END.size + 0xFFFF)
    at = tail.rfind(END)
    if at < 0 or at + _END.size > len(tail):
        raise DirectoryError("no end of the directory")
    _, disk, first, here, count, size, start, comment = _END.unpack_from(tail, at)
    end = tail_start + at
    if end + _END.size + comment != source.size:
        raise DirectoryError("bytes behind its end")
    if disk or first or here != count:
        raise DirectoryError("several volumes")
    wide = _locate64(source, end)
    if wide is not None:
        count64, size64, start64, end = wide
        pairs = ((count, count64, 0xFFFF), (size, size64, _FULL32), (start, start64, _FULL32))
        if any(narrow not in (full, value) for narrow, value, full in pairs):
            raise DirectoryError("two ends of the directory that disagree")
        count, size, start = count64, size64, start64
    if start + size != end:
        raise DirectoryError("bytes before it, or between its directory and its end")
    return count, size, start


def _locate64(source: Source, end: int) -> tuple[int, int, int, int] | None:
    """The same from the zip64 record, and the record's offset; None where there is none."""
    if end < _LOCATOR.size + _END64.size:
        return None
    source.go(end - _LOCATOR.size)
    signature, _, at, _ = _LOCATOR.unpack(source.take(_LOCATOR.size))
    if signature != b"PK\x06\x07":
        return None
    source.go(at)
    record = _END64.unpack(source.take(_END64.size))
    if record[0] != b"PK\x06\x06":
        raise DirectoryError("no zip64 end of the directory where it should be")
    _, length, _, _, disk, first, here, count, size, start = record
    if at + 12 + length != end - _LOCATOR.size:  # some look at the locator, some just before it
        raise DirectoryError("bytes behind its zip64 end")
    if disk or first or here != count:
        raise DirectoryError("several volumes")
    return count, size, start, at


def _entry(directory: bytes, position: int) -> tuple[Member, int]:
    if position + _ENTRY.size > len(directory):
        raise TruncatedError
    values = _ENTRY.unpack_from(directory, position)
    if values[0] != b"PK\x01\x02":
        raise DirectoryError("an entry of its directory is broken")
    name_size, extra_size, comment_size = values[10:13]
    name_at = position + _ENTRY.size
    extra_at = name_at + name_size
    after = extra_at + extra_size + comment_size
    if after > len(directory):
        raise TruncatedError
    extra = directory[extra_at : extra_at + extra_size]
    _, packed, offset = widened(extra, (values[9], values[8], values[16]))
    return Member(directory[name_at:extra_at], values[3], values[4], packed, offset), after


def widened(extra: bytes, narrow: tuple[int, int, int]) -> list[int]:
    """Sizes and offset, those that are saturated replaced from the zip64 extra field."""
    position = 0
    wide = b""
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        if kind == 1:
            wide = extra[position + 4 : position + 4 + length]
        position += 4 + length
    found = []
    for value in narrow:
        if value == _FULL32 and len(wide) >= 8:
            value, wide = int.from_bytes(wide[:8], "little"), wide[8:]
        found.append(value)
    return found
