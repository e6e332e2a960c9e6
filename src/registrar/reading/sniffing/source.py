"""Bounded reading of a seekable stream through a small window."""

from __future__ import annotations

import io
from typing import BinaryIO

from registrar.reading.effort import Effort

WINDOW = 8 * 1024
"""Bytes read at once. Small, because what lies behind a skipped tensor is mostly short."""


class TruncatedError(Exception):
    """A length or an offset leads beyond the end of the bytes."""


class Source:
    """A cursor over ``size`` bytes of a seekable stream; never holds more than is asked for.

    Every method that reads or moves raises TruncatedError where the bytes do not suffice.
    """

    __slots__ = ("_start", "_stream", "_window", "effort", "head", "position", "size")

    def __init__(self, stream: BinaryIO, size: int, effort: Effort | None = None) -> None:
        stream.seek(0)
        self._stream = stream
        self._start = 0
        self._window = self.head = stream.read(max(0, min(size, WINDOW)))
        self.position = 0
        self.size = size
        self.effort = effort or Effort()

    @classmethod
    def of(cls, content: bytes, effort: Effort | None = None) -> Source:
        """A source of bytes that are in memory."""
        return cls(io.BytesIO(content), len(content), effort)

    def go(self, position: int) -> None:
        """Move to an absolute offset in bytes; the end itself is allowed."""
        if not 0 <= position <= self.size:
            raise TruncatedError
        self.position = position

    def skip(self, count: int) -> None:
        """Move forward by a number of bytes without reading them."""
        self.go(self.position + count)

    def byte(self) -> int:
        """The next byte."""
        offset = self.position - self._start
        if not 0 <= offset < len(self._window):
            self._fill(1)
            offset = 0
        self.position += 1
        return self._window[offset]

    def take(self, count: int) -> bytes:
        """Exactly the next ``count`` bytes; callers bound the count."""
        offset = self.position - self._start
        if offset < 0 or offset + count > len(self._window):
            self._fill(count)
            offset = 0
        self.position += count
        return self._window[offset : offset + count]

    def number(self, count: int) -> int:
        """An unsigned little-endian integer of ``count`` bytes."""
        return int.from_bytes(self.take(count), "little")

    def rest(self, limit: int) -> bytes:
        """The bytes up to the end, at most ``limit`` of them; the cursor moves behind them."""
        return self.take(max(0, min(limit, self.size - self.position)))

    def line(self, keep: int, limit: int) -> bytes:
        """The first ``keep`` bytes of the line here; the cursor moves behind its newline.

        Looks at ``limit`` bytes at most.
        """
        kept = b""
        end = min(self.size, self.position + limit)
        while self.position < end:
            part = self.take(min(self._ready() or WINDOW, end - self.position))
            newline = part.find(b"\n")
            if len(kept) < keep:
                kept += part[: newline if newline >= 0 else None][: keep - len(kept)]
            if newline >= 0:
                self.position -= len(part) - newline - 1
                return kept
        raise TruncatedError

    def _ready(self) -> int:
        """How many bytes from here on are in the window."""
        offset = self.position - self._start
        return max(0, len(self._window) - offset) if offset >= 0 else 0

    def _fill(self, count: int) -> None:
        """Move the window here, with at least ``count`` bytes in it."""
        if self.position + count > self.size:
            raise TruncatedError
        self._stream.seek(self.position)
        self._start = self.position
        self._window = self._stream.read(max(count, min(WINDOW, self.size - self.position)))
        if len(self._window) < count:
            raise TruncatedError
