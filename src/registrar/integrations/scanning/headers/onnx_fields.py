"""Messages of ONNX that only a scan reads, and the walk over their fields.

Source: ``onnx.proto``; tables of the messages that the sniffer reads as well are its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import prod

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.headers.troubles import (
    MAX_TROUBLES,
    BrokenError,
    byte,
    danger,
)
from registrar.reading.sniffing import onnx
from registrar.reading.sniffing.protobuf import (
    BYTES,
    VARINT,
    Budget,
    Kinds,
    NotThisMessageError,
    fields,
    kinds,
    varint,
)
from registrar.reading.sniffing.source import Source

MAX_FIELDS = 3_000_000
MAX_TEXT = 1024
_BLOCK = 64 * 1024
_TEXTS = b"|".join([rb"\x00", *(re.escape(bytes([n])) + b".{%d}" % n for n in range(1, 33))])


def _run(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(b"(?:" + pattern + b")+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Message:
    """A message: its fields, those that it has once, and those that come in runs."""

    table: Kinds
    once: frozenset[int]
    """Some readers join what stands twice, others take the last."""
    runs: Mapping[int, re.Pattern[bytes]] = field(default_factory=dict)
    """Lists of numbers and short texts, one field an item: a forest has millions of them."""
    widths: Mapping[int, int] = field(default_factory=dict)
    """Bytes of an item of a list that may be packed; 0 for varints."""


MODEL = Message(onnx.MODEL, frozenset({1, 2, 3, 4, 5, 6, 7}))
GRAPH = Message(onnx.GRAPH, frozenset({2, 10}))
NODE = Message(onnx.NODE, frozenset({3, 4, 6, 7, 8}))
ATTRIBUTE = Message(
    onnx.ATTRIBUTE,
    frozenset({1, 2, 3, 4, 5, 6, 13, 14, 20, 21, 22}),
    {
        7: _run(rb"\x3d.{4}"),
        8: _run(rb"\x40[\x80-\xff]{0,9}[\x00-\x7f]"),
        9: _run(rb"\x4a(?:" + _TEXTS + rb")"),
    },
    {7: 4, 8: 0},
)
TENSOR = Message(
    onnx.TENSOR,
    frozenset({2, 3, 8, 9, 12, 14}),
    {
        4: _run(rb"\x25.{4}"),
        5: _run(rb"\x28[\x80-\xff]{0,9}[\x00-\x7f]"),
        7: _run(rb"\x38[\x80-\xff]{0,9}[\x00-\x7f]"),
        10: _run(rb"\x51.{8}"),
        11: _run(rb"\x58[\x80-\xff]{0,9}[\x00-\x7f]"),
    },
    {1: 0, 4: 4, 5: 0, 7: 0, 10: 8, 11: 0},
)
FUNCTION = Message(kinds(messages="1 4 5 6 7 8 9 10 11 12 13 14"), frozenset({1, 8, 10, 13}))
TRAINING = Message(kinds(messages="1 2 3 4"), frozenset({1, 2}))
SPARSE = Message(kinds(messages="1 2") | {3: (VARINT, BYTES)}, frozenset({1, 2}))
OPERATOR_SET = Message(kinds(varints="2", messages="1"), frozenset({1, 2}))
PAIR = Message(kinds(messages="1 2"), frozenset({1, 2}))
BITS: Mapping[int, int] = {
    **dict.fromkeys((25, 26), 2),
    **dict.fromkeys((21, 22, 23), 4),
    **dict.fromkeys((2, 3, 9, 17, 18, 19, 20, 24), 8),
    **dict.fromkeys((4, 5, 10, 16), 16),
    **dict.fromkeys((1, 6, 12), 32),
    **dict.fromkeys((7, 11, 13, 14), 64),
    15: 128,
}
"""Bits of an element by ``data_type``; texts (8) have none."""


class Fields:
    """Walks messages of one file under one budget, and notes what stands twice."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.budget = Budget(MAX_FIELDS)
        self.troubles: list[Trouble] = []

    def of(self, start: int, end: int, message: Message) -> Iterator[tuple[int, int, int]]:
        """Each field of a message: its number, and where its value begins and ends.

        Of a run of numbers or short texts the first alone is given. The cursor may be moved.
        """
        seen: set[int] = set()
        at = start
        while at < end:
            self.source.go(at)
            for number, first, after in self._fields(end, message.table):
                if number in message.once:
                    if number in seen:
                        self._twice(number, first)
                    seen.add(number)
                width = message.widths.get(number)
                if width is not None and first < after:
                    self._packed(first, after, width)
                yield number, first, after
                run = message.runs.get(number)
                at = after if run is None else self._behind(run, after, end)
                if at != after:
                    break
            else:
                return

    def _fields(self, end: int, table: Kinds) -> Iterator[tuple[int, int, int]]:
        try:
            yield from fields(self.source, end, table, self.budget)
        except NotThisMessageError:
            if self.budget.left < 0:
                hint = "export the model with fewer nodes"
                raise BrokenError(f"more than {MAX_FIELDS:,} fields", hint) from None
            raise BrokenError(
                f"no field of ONNX before {byte(self.source.position)}",
                "export the model again, or use a newer registrar",
            ) from None

    def _packed(self, start: int, end: int, width: int) -> None:
        """A list of numbers ends where one of them does."""
        if width:
            whole = (end - start) % width == 0
        else:
            self.source.go(end - 1)
            whole = self.source.byte() < 0x80
        if not whole:
            raise BrokenError(f"the list of numbers at {byte(start)} ends within one")

    def _behind(self, run: re.Pattern[bytes], at: int, end: int) -> int:
        """Where a run of like fields ends."""
        while at < end:
            self.source.go(at)
            found = run.match(self.source.take(min(_BLOCK, end - at)))
            if found is None:
                return at
            at += found.end()
        return at

    def tell(self, trouble: Trouble) -> None:
        """Note a trouble; the walk ends where there are too many."""
        self.troubles.append(trouble)
        if len(self.troubles) > MAX_TROUBLES:
            raise BrokenError("the rest was not looked at", "mend these first")

    def _twice(self, number: int, at: int) -> None:
        self.tell(
            danger(
                f"field {number} at {byte(at)} stands twice in its message:"
                " some readers join the two, others take the last",
                "export the model again",
            )
        )

    def number(self, at: int) -> int:
        """The varint there."""
        self.source.go(at)
        try:
            return varint(self.source)
        except NotThisMessageError:
            raise BrokenError(f"no number at {byte(at)}") from None

    def text(self, start: int, end: int) -> str:
        """A name, which is short."""
        if end - start > MAX_TEXT:
            raise BrokenError(
                f"a name of {end - start:,} bytes at {byte(start)}; {MAX_TEXT:,} are read",
                "export the model again",
            )
        self.source.go(start)
        return self.source.take(end - start).decode("utf-8", "backslashreplace")

    def numbers(self, start: int, end: int) -> list[int]:
        """The varints of one field: one, or several that are packed; of a shape there are few."""
        found = [self.number(start)] if start < end else []
        while self.source.position < end and found:
            found.append(self.number(self.source.position))
            if len(found) > MAX_TEXT:
                raise BrokenError(f"a shape without end at {byte(start)}", "export the model again")
        return found


def bytes_wanted(shape: list[int], kind: int) -> int | None:
    """How many bytes a tensor has; None for texts and for types that are not known."""
    if kind not in BITS or any(size >= 2**63 for size in shape):
        return None
    return min((prod(shape) * BITS[kind] + 7) // 8, 2**63)
