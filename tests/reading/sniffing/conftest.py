"""What the tests of sniffing share: asking for a format, cutting, counting what is read."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from registrar.domain.formats import Format
from registrar.reading.sniffing import Sniffed, sniff


class CountingStream(io.BytesIO):
    """Some bytes, then zeros up to ``length``; counts the bytes that are handed out."""

    def __init__(self, content: bytes, length: int) -> None:
        super().__init__(content)
        self.length = length
        self.handed_out = 0
        self.place = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        base = {0: 0, 1: self.place, 2: self.length}[whence]
        self.place = base + offset
        return self.place

    def read(self, count: int | None = -1) -> bytes:
        assert count is not None, "an unbounded read"
        assert count >= 0, "an unbounded read"
        count = max(0, min(count, self.length - self.place))
        super().seek(self.place)
        found = super().read(count).ljust(count, b"\0")
        self.place += count
        self.handed_out += count
        return found


@pytest.fixture
def sniffed() -> Callable[[bytes], Sniffed]:
    """Sniff bytes that are in memory."""

    def ask(content: bytes) -> Sniffed:
        return sniff(io.BytesIO(content), len(content))

    return ask


@pytest.fixture
def format_of(sniffed: Callable[[bytes], Sniffed]) -> Callable[[bytes], Format]:
    """The format alone of bytes that are in memory."""
    return lambda content: sniffed(content).format


@pytest.fixture
def counting() -> Callable[[bytes, int], CountingStream]:
    """A stream of a given length that begins with some bytes and counts what is read of it."""
    return CountingStream


@pytest.fixture
def formats_when_cut(format_of: Callable[[bytes], Format]) -> Callable[[bytes], set[Format]]:
    """All answers for the bytes cut off at many points, their end excluded."""

    def cut(content: bytes) -> set[Format]:
        near = range(min(len(content), 200))
        far = range(200, len(content), max(1, len(content) // 100))
        last = range(max(0, len(content) - 40), len(content))
        return {format_of(content[:end]) for end in {*near, *far, *last}}

    return cut
