"""GGUF: every count, length and offset against the file, tensors side by side.

Sources: ggml's docs/gguf.md (versions 2 and 3) and its reader, which takes tensors only in the
order of their bytes, each padded to the alignment; block sizes from GGML_QUANT_SIZES.
Types that are only used while computing (Q8_1) are in no file, and not known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import BinaryIO

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.headers.chat_template import template_faults
from registrar.integrations.scanning.headers.troubles import (
    BrokenError,
    between,
    byte,
    danger,
    quoted,
    told,
    unread,
)
from registrar.reading.sniffing.source import Source

MAX_PAIRS = 100_000
MAX_TENSORS = 100_000
MAX_STRINGS = 2_000_000
"""Texts in arrays, over the whole file: the vocabularies of large models have some 500,000."""
MAX_KEY = 1024
"""The format allows 65,535 bytes; the keys that are written have some 50."""
MAX_NAME = 64
MAX_DIMENSIONS = 4
MAX_NESTING = 4
MAX_ALIGNMENT = 65_536
MAX_TEMPLATE = 1024 * 1024
_UINT32, _BOOL, _STRING, _ARRAY = 4, 7, 8, 9
_WIDTH = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Bytes of a value by its type; texts and arrays have none of their own."""
BLOCKS: Mapping[int, tuple[int, int]] = {
    **{0: (1, 4), 1: (1, 2), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8)},
    **{30: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34)},
    **{10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210)},
    **{15: (256, 292), 16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50)},
    **{20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136), 29: (256, 56)},
    **{34: (256, 54), 35: (256, 66), 39: (32, 17), 40: (64, 36), 41: (128, 18), 42: (64, 18)},
}
"""Elements and bytes of a block, by the number of the tensor's type."""
_AGAIN = "convert the model again with the tools of llama.cpp"
_TEMPLATE = b"tokenizer.chat_template"


@told
def look(stream: BinaryIO, size: int, beside: Mapping[str, int]) -> Iterator[Trouble]:
    """Look at the ``size`` bytes of a GGUF file; reads all before its tensors."""
    source = Source(stream, size)
    tensors, pairs = _head(source)
    reader = _Reader(source)
    for _ in range(pairs):
        yield from reader.pair()
    for _ in range(tensors):
        yield from reader.tensor()
    if len(reader.spans) == tensors:
        yield from reader.cover()


def _head(source: Source) -> tuple[int, int]:
    """How many tensors and pairs the file announces."""
    source.go(0)
    if source.take(4) != b"GGUF":
        raise BrokenError("the file does not begin with GGUF", _AGAIN)
    raw = source.take(4)
    version = int.from_bytes(raw, "little")
    if version not in (2, 3):
        if int.from_bytes(raw, "big") in (2, 3):
            raise BrokenError(
                "the numbers are big-endian (version at byte 4)", "convert it to little-endian"
            )
        raise BrokenError(f"version {version} at byte 4 is neither 2 nor 3", _AGAIN)
    tensors, pairs = source.number(8), source.number(8)
    room = source.size - source.position
    for count, least, limit, what, at in (
        (tensors, 24, MAX_TENSORS, "tensors", 8),
        (pairs, 13, MAX_PAIRS, "metadata pairs", 16),
    ):
        if count * least > room:
            raise BrokenError(
                f"{byte(at)} announces {count:,} {what}; the file has no room for them"
            )
        if count > limit:
            raise BrokenError(f"{count:,} {what}; {limit:,} are read", "split the model")
    return tensors, pairs


class _Reader:
    """A walk through pairs and tensors that remembers what they may not contradict."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.keys: set[bytes] = set()
        self.names: set[bytes] = set()
        self.spans: list[tuple[int, int, bytes]] = []
        self.alignment = 32
        self.strings = 0

    def pair(self) -> Iterator[Trouble]:
        """One key and its value."""
        start = self.source.position
        key = self._text(MAX_KEY, "a key")
        kind = self.source.number(4)
        if not key or not key.isascii() or not key.decode("ascii").isprintable():
            yield unread(f"the key {quoted(key)} at {byte(start)} is no plain ASCII", _AGAIN)
        if key in self.keys:
            yield danger(
                f"the key {quoted(key)} stands twice, again at {byte(start)}:"
                " readers differ in which one they take",
                _AGAIN,
            )
        self.keys.add(key)
        if key == b"general.alignment":
            self._alignment(kind)
        elif kind == _STRING and key.startswith(_TEMPLATE):
            yield from template_faults(quoted(key), self._text(MAX_TEMPLATE, "a chat template"))
        else:
            self._value(kind, MAX_NESTING)

    def _alignment(self, kind: int) -> None:
        at = self.source.position
        if kind != _UINT32:
            raise BrokenError(f"general.alignment at {byte(at)} is no unsigned 32-bit number")
        self.alignment = self.source.number(4)
        good = 8 <= self.alignment <= MAX_ALIGNMENT and self.alignment.bit_count() == 1
        if not good:
            raise BrokenError(
                f"general.alignment at {byte(at)} is {self.alignment:,}:"
                f" no power of two from 8 to {MAX_ALIGNMENT:,}",
                _AGAIN,
            )

    def _value(self, kind: int, deeper: int) -> None:
        at = self.source.position
        if kind in _WIDTH:
            value = self.source.take(_WIDTH[kind])
            if kind == _BOOL and value not in (b"\0", b"\1"):
                raise BrokenError(f"the truth value at {byte(at)} is neither 0 nor 1", _AGAIN)
        elif kind == _STRING:
            self._skip_text()
        elif kind == _ARRAY:
            self._array(deeper)
        else:
            raise BrokenError(f"a value before {byte(at)} has the unknown type {kind:,}", _AGAIN)

    def _array(self, deeper: int) -> None:
        at = self.source.position
        kind, count = self.source.number(4), self.source.number(8)
        room = self.source.size - self.source.position
        if kind not in _WIDTH and kind not in (_STRING, _ARRAY):
            raise BrokenError(f"the array at {byte(at)} has the unknown type {kind:,}", _AGAIN)
        least = _WIDTH.get(kind, 8 if kind == _STRING else 12)
        if count * least > room:
            raise BrokenError(
                f"the array at {byte(at)} announces {count:,} values; the file has no room for them"
            )
        if kind in _WIDTH:
            self.source.skip(count * least)
            return
        if not deeper:
            raise BrokenError(f"arrays nested more than {MAX_NESTING} deep at {byte(at)}", _AGAIN)
        for _ in range(count):
            self._value(kind, deeper - 1)
            self._counted()

    def _counted(self) -> None:
        self.strings += 1
        if self.strings > MAX_STRINGS:
            raise BrokenError(f"more than {MAX_STRINGS:,} texts in arrays", _AGAIN)

    def _length(self) -> int:
        at = self.source.position
        length = self.source.number(8)
        if length > self.source.size - self.source.position:
            raise BrokenError(
                f"the text at {byte(at)} announces {length:,} bytes; the file has"
                f" {self.source.size - self.source.position:,} behind it"
            )
        return length

    def _skip_text(self) -> None:
        self.source.skip(self._length())

    def _text(self, limit: int, what: str) -> bytes:
        at = self.source.position
        length = self._length()
        if length > limit:
            raise BrokenError(
                f"{what} at {byte(at)} has {length:,} bytes; {limit:,} are read", _AGAIN
            )
        return self.source.take(length)

    def tensor(self) -> Iterator[Trouble]:
        """One description: name, dimensions, type, and where its bytes lie."""
        at = self.source.position
        name = self._text(MAX_KEY, "a tensor's name")
        where = f"tensor {quoted(name)} at {byte(at)}"
        if not name or len(name) > MAX_NAME:
            yield unread(f"{where} has no name of 1 to {MAX_NAME} bytes", _AGAIN)
        if name in self.names:
            yield danger(f"{where} stands twice: readers differ in which one they take", _AGAIN)
        self.names.add(name)
        dimensions = self.source.number(4)
        if dimensions > MAX_DIMENSIONS:
            raise BrokenError(f"{where} has {dimensions:,} dimensions, more than {MAX_DIMENSIONS}")
        shape = [self.source.number(8) for _ in range(dimensions)]
        kind, offset = self.source.number(4), self.source.number(8)
        if kind not in BLOCKS:
            raise BrokenError(f"{where} has the unknown type {kind:,}", "use a newer registrar")
        block, width = BLOCKS[kind]
        if prod(shape) >= 2**63 or (shape[0] if shape else 1) % block:
            yield unread(f"{where} has a shape that its type cannot have", _AGAIN)
            return
        if offset % self.alignment:
            yield unread(f"{where} begins at no multiple of {self.alignment}", _AGAIN)
            return
        self.spans.append((offset, offset + prod(shape) // block * width, name))

    def cover(self) -> Iterator[Trouble]:
        """Every byte behind the header belongs to one tensor, or is padding of zeros."""
        header = self.source.position
        base = header + -header % self.alignment if self.spans else header
        size = self.source.size
        last = max((end, name) for _, end, name in [(0, header - base, b""), *self.spans])
        if base + last[0] > size:
            raise BrokenError(
                f"tensor {quoted(last[1])} ends at {byte(base + last[0])};"
                f" the file has {size:,} bytes"
            )
        end, before = header - base, "the header"
        for start, after, name in sorted(self.spans):
            yield from self._between(base + end, base + start, before, quoted(name))
            if after >= end:
                end, before = after, quoted(name)
        yield from self._between(base + end, size, before, "the end")

    def _between(self, start: int, end: int, before: str, after: str) -> Iterator[Trouble]:
        """What lies between two tensors, or behind the last."""
        if end < start:
            yield danger(f"tensors {before} and {after} share bytes from {byte(end)} on", _AGAIN)
        elif end - start >= self.alignment:
            yield danger(
                f"{between(start, end)} belong to no tensor: anything may hide there", _AGAIN
            )
        else:
            self.source.go(start)
            if self.source.take(end - start).strip(b"\0"):
                yield danger(f"the padding, {between(start, end)}, is not zeros", _AGAIN)
