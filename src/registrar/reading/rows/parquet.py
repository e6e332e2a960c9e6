"""The number of rows in the footer of a Parquet file.

Source: Apache Parquet, "File format" and ``parquet.thrift`` (``FileMetaData``: 1 version,
2 schema, 3 num_rows), in Thrift's compact protocol.
"""

from __future__ import annotations

from collections import deque
from typing import BinaryIO

_MAGIC = b"PAR1"
_BLOCK = 1 << 20
_LONGEST = 16 << 20
"""Bytes of a footer; one that is longer is not looked into."""
_DEEPEST = 32
_NUM_ROWS, _I64 = 3, 6
_STOP, _TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = (
    *(0, 1, 2, 3, 7),
    *(8, 9, 10, 12),
)
_VARINTS = (4, 5, _I64)


class _NoFooterError(Exception):
    """The bytes are no footer."""


def parquet_rows(stream: BinaryIO) -> int | None:
    """Read a stream to its end and the footer there; None where it is none that can be read."""
    head = stream.read(_BLOCK)
    blocks, held = deque([head]), len(head)
    while block := stream.read(_BLOCK):
        blocks.append(block)
        held += len(block)
        while held - len(blocks[0]) > _LONGEST + 8:
            held -= len(blocks.popleft())
    tail = b"".join(blocks)
    size = int.from_bytes(tail[-8:-4], "little")
    if head[:4] != _MAGIC or tail[-4:] != _MAGIC or size > min(_LONGEST, len(tail) - 8):
        return None
    try:
        return _Footer(tail[-8 - size : -8]).rows()
    except _NoFooterError:
        return None


class _Footer:
    """A cursor over a struct of the compact protocol."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    def rows(self) -> int | None:
        """Field 3 of the outermost struct, after what stands before it."""
        number = 0
        while (kind := (head := self._byte()) & 15) != _STOP:
            number = number + (head >> 4) if head >> 4 else _signed(self._varint())
            if number == _NUM_ROWS:
                rows = _signed(self._varint()) if kind == _I64 else -1
                return rows if rows >= 0 else None
            self._skip(kind, 0)
        return None

    def _skip(self, kind: int, depth: int) -> None:
        if depth > _DEEPEST:
            raise _NoFooterError
        if kind in _VARINTS:
            self._varint()
        elif kind in (_BYTE, _DOUBLE):
            self._go(1 if kind == _BYTE else 8)
        elif kind == _BINARY:
            self._go(self._varint())
        elif kind in (_LIST, _SET):
            self._skip_list(depth)
        elif kind == _STRUCT:
            while head := self._byte():
                if not head >> 4:
                    self._varint()
                self._skip(head & 15, depth + 1)
        elif kind not in (_TRUE, _FALSE):
            raise _NoFooterError  # no map and no other kind stands before the number of rows

    def _skip_list(self, depth: int) -> None:
        head = self._byte()
        count = head >> 4 if head >> 4 < 15 else self._varint()
        for _ in range(min(count, len(self._raw) + 1)):
            if head & 15 in (_TRUE, _FALSE):
                self._go(1)
            else:
                self._skip(head & 15, depth + 1)

    def _go(self, count: int) -> None:
        self._at += count
        if self._at > len(self._raw):
            raise _NoFooterError

    def _byte(self) -> int:
        self._go(1)
        return self._raw[self._at - 1]

    def _varint(self) -> int:
        value = 0
        for shift in range(0, 70, 7):
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise _NoFooterError


def _signed(number: int) -> int:
    return (number >> 1) ^ -(number & 1)
