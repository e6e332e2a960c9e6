"""Rows of CSV and TSV: records without the header, where it is certain what the header is.

Source: RFC 4180, whose quotes may hold line ends. It has no sign for a header: "the presence or
absence of the header line should be indicated via the optional header parameter of this MIME type".
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import BinaryIO

_LONGEST = 1 << 20
"""Bytes of a line; one that is longer is not looked into."""
_SAMPLE = 100
"""So many records are looked at for what the first one is."""
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MARK = b"\xef\xbb\xbf"
_Record = list[str]


class UnsureError(Exception):
    """The rows of a file cannot be told."""


def separated_rows(stream: BinaryIO, delimiters: str) -> int:
    """Count the records; raises UnsureError where they, or the header, are not certain.

    Certain is a file in which every record has the same number of fields, and whose first record
    is a header (all names, and below one of them nothing but numbers) or is none (nothing but
    numbers, in no order).
    """
    lines = _lines(stream)
    first = next(lines, b"").removeprefix(_MARK)
    delimiter, header = _begin(first, delimiters)
    records, separator, ended = 1, delimiter.encode(), False
    sample: list[_Record] = []
    for line in lines:
        if ended and line:
            raise UnsureError  # blank lines are no records, unless somebody takes them for some
        if not line:
            ended = True
            continue
        if b'"' in line or len(sample) < _SAMPLE:
            record = _record(line, lines, delimiter)
            fields = len(record)
            sample += [record] if len(sample) < _SAMPLE else []
        else:
            fields = line.count(separator) + 1
        if fields != len(header):
            raise UnsureError
        records += 1
    return records - _is_header(header, sample)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines without their ends; raises UnsureError for what is no plain text."""
    for line in iter(partial(stream.readline, _LONGEST), b""):
        text = line.rstrip(b"\r\n")
        if b"\0" in text or b"\r" in text or len(line) == _LONGEST:
            raise UnsureError
        yield text


def _begin(line: bytes, delimiters: str) -> tuple[str, _Record]:
    """The delimiter that makes most of the first line, and its fields."""
    found: list[tuple[int, str, _Record]] = []
    for delimiter in delimiters:
        try:
            header = _record(line, iter(()), delimiter)
        except UnsureError:
            continue
        found.append((len(header), delimiter, header))
    most = max((fields for fields, _, _ in found), default=0)
    best = [one for one in found if one[0] == most]
    if not line or not best or (most > 1 and len(best) > 1):
        raise UnsureError
    return best[0][1:]


def _record(line: bytes, more: Iterator[bytes], delimiter: str) -> _Record:
    """One record, which may go on in the next lines inside quotes."""
    texts = (text.decode("latin-1") + "\n" for text in chain((line,), more))
    try:
        return next(csv.reader(texts, delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration) as error:
        raise UnsureError from error


def _is_header(first: _Record, others: list[_Record]) -> bool:
    """Tell whether the first record is a header; raises UnsureError where nobody can."""
    numbers = [_NUMBER.fullmatch(field.strip()) is not None for field in first]
    if all(numbers):
        values = [float(field) for field in first]
        if values in (sorted(values), sorted(values, reverse=True)):
            raise UnsureError  # 0, 1, 2, …, or wave lengths: they may well be names
        return False
    if any(numbers) or "" in first or len(set(first)) < len(first):
        raise UnsureError
    for column in range(len(first)):
        cells = [cell for record in others if (cell := record[column].strip())]
        if cells and all(map(_NUMBER.fullmatch, cells)):
            return True
    raise UnsureError
