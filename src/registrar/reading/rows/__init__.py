"""How many rows a file of data has, where its kind tells; None where that is not sure."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from functools import partial
from io import BufferedReader, RawIOBase
from typing import Any, BinaryIO

from registrar.reading.rows.parquet import parquet_rows
from registrar.reading.rows.separated import UnsureError, separated_rows
from registrar.reading.sniffing.headers import is_object_array, npy_header

MEDIA_TYPES = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".ndjson": "application/jsonl",
    ".parquet": "application/vnd.apache.parquet",
    ".txt": "text/plain",
    ".gz": "application/gzip",
}
_PIECE = 1 << 16
_NPY_HEADER = 1 << 16
_MOST = 64 << 30
"""So many bytes are unpacked of a compressed file; one of more is not counted."""


def rows_of(stream: BinaryIO, name: str) -> int | None:
    """Count the rows of a stream by the kind that its name says.

    Lines of JSON Lines; records of CSV and TSV where the header is certain; the first dimension
    of a NumPy array; what the footer of Parquet says; the text formats in gzip, too. The stream
    is read as far as that needs, in bounded memory; its own OSErrors pass.
    """
    inner = name.lower().removesuffix(".gz")
    count = _COUNTERS.get(inner[inner.rfind(".") :]) if "." in inner else None
    packed = inner != name.lower()
    if count is None or (packed and count not in _IN_GZIP):
        return None
    try:
        return count(BufferedReader(_Unpacked(stream), 1 << 20) if packed else stream)
    except (UnsureError, gzip.BadGzipFile, zlib.error, EOFError):
        return None


class _Unpacked(RawIOBase):
    """A gzip stream unpacked, up to a limit; raises UnsureError beyond it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._file = gzip.GzipFile(fileobj=stream, mode="rb")
        self._left = _MOST

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Unpack into a buffer."""
        block = self._file.read(len(buffer))
        self._left -= len(block)
        if self._left < 0:
            raise UnsureError
        buffer[: len(block)] = block
        return len(block)


def _json_lines(stream: BinaryIO) -> int:
    """Every line that is not blank."""
    rows, begun = 0, False
    for piece in iter(partial(stream.readline, _PIECE), b""):
        if not begun and not piece.isspace():
            rows, begun = rows + 1, True
        if piece.endswith(b"\n"):
            begun = False
    return rows


def _npy(stream: BinaryIO) -> int | None:
    header = npy_header(stream.read(_NPY_HEADER))
    if header is None or is_object_array(header):
        return None
    first = header["shape"].split(b",")[0].strip()
    return int(first) if first.isdigit() else None


_CSV = partial(separated_rows, delimiters=",;\t|")
_TSV = partial(separated_rows, delimiters="\t")
_COUNTERS: dict[str, Callable[[BinaryIO], int | None]] = {
    ".csv": _CSV,
    ".tsv": _TSV,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".npy": _npy,
    ".parquet": parquet_rows,
}
_IN_GZIP = (_CSV, _TSV, _json_lines)
