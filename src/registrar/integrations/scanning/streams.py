"""Streams that a reader cannot be led out of: windows of a file, read in small blocks."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import BinaryIO

from registrar.integrations.scanning.limits import MIB, LimitError

BLOCK = 64 * 1024
LONGEST = 256 * MIB
"""Bytes of one string, number or frame that are held in memory."""
SKIPPED = 256 * 1024
"""Byte strings from here on are passed over: what they hold decides nothing."""


class Pieces(io.RawIOBase):
    """Some spans of a seekable stream, one behind the other, as one stream of their own."""

    def __init__(self, base: BinaryIO, spans: Sequence[tuple[int, int]]) -> None:
        self._base = base
        self._spans = spans
        self._ends = list(accumulate(end - start for start, end in spans))
        self._position = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be moved in."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move; beyond the end there is nothing to read."""
        size = self._ends[-1] if self._ends else 0
        start = (0, self._position, size)[whence]
        self._position = max(0, start + offset)
        return self._position

    def tell(self) -> int:
        """The offset in these pieces."""
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read up to the end of a piece."""
        index = bisect_right(self._ends, self._position)
        if index >= len(self._spans):
            return 0
        end = self._spans[index][1]
        at = end - (self._ends[index] - self._position)
        self._base.seek(at)
        data = self._base.read(min(len(buffer), end - at))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


class Reader(io.BufferedReader):
    """What an unpickler reads from: long byte strings cost neither time nor memory.

    Their bytes are not looked at: ``readinto`` leaves the buffer as it is, so that its pages are
    never touched, and ``read`` refuses what would have to be held.
    """

    def __init__(self, raw: io.RawIOBase, size: int) -> None:
        super().__init__(raw, BLOCK)
        self.size = size

    def read(self, size: int | None = -1, /) -> bytes:
        """At most LONGEST bytes; raises LimitError for more."""
        if size is None or size > LONGEST or size < 0:
            raise LimitError(f"a string, number or frame of more than {LONGEST:,} bytes")
        return super().read(size)

    def readline(self, size: int | None = -1, /) -> bytes:
        """A line of at most LONGEST bytes; raises LimitError for a longer one."""
        line = super().readline(LONGEST + 1)
        if len(line) > LONGEST:
            raise LimitError(f"a line of more than {LONGEST:,} bytes")
        return line

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer, or pass over as many bytes of the stream where it is a long one."""
        count = len(buffer)
        if count < SKIPPED:
            return super().readinto(buffer)
        return self.skip(count)

    def skip(self, count: int) -> int:
        """Pass over bytes; how many there were."""
        here = self.tell()
        count = min(count, self.size - here)
        self.seek(here + count)
        return count


def reader(base: BinaryIO, spans: Sequence[tuple[int, int]]) -> Reader:
    """A reader of some spans of a stream."""
    if isinstance(base, io.BytesIO) and len(spans) == 1:
        whole = base.getvalue()  # which is shared, not copied
        if spans[0] == (0, len(whole)):
            return Reader(io.BytesIO(whole), len(whole))  # type: ignore[arg-type]  # it has readinto
    return Reader(Pieces(base, spans), sum(end - start for start, end in spans))


def window(base: BinaryIO, start: int, size: int) -> BinaryIO:
    """A span of a stream as a stream of its own."""
    return io.BufferedReader(Pieces(base, [(start, start + size)]), BLOCK)
