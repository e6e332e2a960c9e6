"""The beginning of an LZ4 frame, decompressed; the standard library cannot.

Source: LZ4 frame format 1.6 and block format, of the reference implementation. Checksums are
not verified: only the format of the head is asked for.
"""

from __future__ import annotations

from registrar.reading.sniffing.source import Source, TruncatedError

MAGIC = b"\x04\x22\x4d\x18"


def lz4_head(content: bytes, limit: int) -> bytes | None:
    """At most ``limit`` bytes of the first block of a frame; None where it is none.

    A block that is cut off gives what came before the cut.
    """
    source = Source.of(content)
    out = bytearray()
    try:
        end, stored = _first_block(source)
        if stored:
            return source.rest(min(limit, end - source.position))
        while source.position < min(end, source.size) and len(out) < limit:
            if not _sequence(source, out, end, limit):
                return None
    except TruncatedError:
        pass
    return bytes(out[:limit]) or None


def _first_block(source: Source) -> tuple[int, bool]:
    """Where the first block ends, and whether it is stored as it is; the cursor is at it."""
    if source.take(4) != MAGIC:
        raise TruncatedError
    flags = source.byte()
    source.skip(1 + (8 if flags & 0x08 else 0) + (4 if flags & 0x01 else 0) + 1)
    size = source.number(4)
    return source.position + (size & 0x7FFFFFFF), bool(size >> 31)


def _sequence(source: Source, out: bytearray, end: int, limit: int) -> bool:
    """Decode literals and a match; False where the match leads before the beginning."""
    token = source.byte()
    literals = _length(source, token >> 4)
    out += source.rest(min(literals, limit))
    if literals >= limit or source.position >= end:
        return True
    distance = source.number(2)
    count = min(_length(source, token & 15) + 4, limit)
    if not 0 < distance <= len(out):
        return False
    start = len(out) - distance
    pattern = bytes(out[start : start + count])
    out += (pattern * (count // distance + 1))[:count]
    return True


def _length(source: Source, nibble: int) -> int:
    total = nibble
    more = nibble == 15
    while more:
        byte = source.byte()
        total += byte
        more = byte == 255
    return total
