"""A walk over the fields of a protobuf message, tensors skipped and never read.

Source: the encoding of protocol buffers (varints of at most ten bytes, wire types 0, 1, 2, 5;
the deprecated groups, 3 and 4, are refused).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from registrar.reading.sniffing.source import Source, TruncatedError

VARINT, I64, BYTES, I32 = 0, 1, 2, 5
_FIXED = {I64: 8, I32: 4}
Kinds = Mapping[int, tuple[int, ...]]
"""Field number to the wire types that it may have; numbers that are not here are refused."""


class NotThisMessageError(Exception):
    """A field that the message does not have, or too many of them."""


class Budget:
    """How many fields may still be looked at, over all messages of one file."""

    __slots__ = ("left",)

    def __init__(self, fields: int) -> None:
        self.left = fields


def kinds(varints: str = "", messages: str = "") -> dict[int, tuple[int, ...]]:
    """Kinds of a message from the numbers of its varint and of its length-delimited fields."""
    found: dict[int, tuple[int, ...]] = {int(number): (VARINT,) for number in varints.split()}
    found.update((int(number), (BYTES,)) for number in messages.split())
    return found


def fields(
    source: Source, end: int, allowed: Kinds, budget: Budget
) -> Iterator[tuple[int, int, int]]:
    """Each field from the cursor to ``end``: its number, and where its value begins and ends.

    The cursor may be moved between two fields. Raises TruncatedError where a length leads out
    of the message, NotThisMessageError where a field is not allowed or the budget is used up.
    """
    while source.position < end:
        budget.left -= 1
        tag = varint(source)
        number, wire = tag >> 3, tag & 7
        if wire not in allowed.get(number, ()) or budget.left < 0:
            raise NotThisMessageError
        start, after = _value(source, wire)
        if after > end:
            raise TruncatedError
        yield number, start, after
        source.go(after)


def varint(source: Source) -> int:
    """An unsigned varint of at most 64 bits; raises NotThisMessageError for a longer one."""
    value = source.byte()
    if value < 0x80:
        return value
    value &= 0x7F
    for shift in range(7, 70, 7):
        byte = source.byte()
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value
    raise NotThisMessageError


def _value(source: Source, wire: int) -> tuple[int, int]:
    if wire == VARINT:
        start = source.position
        varint(source)
        return start, source.position
    length = varint(source) if wire == BYTES else _FIXED[wire]
    return source.position, source.position + length
