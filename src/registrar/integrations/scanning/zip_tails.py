"""Zips at the end of files that are something else: readers of zips look for them from the end.

``zipfile`` takes any bytes before the first member, and some behind the last; Python itself runs a
zip behind anything. So what lies in it is judged, whatever the beginning of the file says.
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.parts import Judge, Part
from registrar.integrations.scanning.streams import window
from registrar.integrations.scanning.words import dangerous
from registrar.reading.zip_signatures import END

_END_SIZE = 22
_LONGEST = _END_SIZE + 0xFFFF
_ENTRY = b"PK\x01\x02"
_LOCATOR, _LOCATOR_SIZE = b"PK\x06\x07", 20
_MOST = 64
"""Signatures of an end that are looked at; more of them are no accident."""
_HINT = "no library writes such a file: do not load it, and ask where it came from"


def look_tail(judge: Judge, part: Part) -> Iterator[Trouble]:
    """What is wrong with zips that end with a part, or shortly before its end."""
    start = max(0, part.size - _LONGEST)
    part.stream.seek(start)
    tail = part.stream.read(part.size - start)
    at = tail.rfind(END)
    for _ in range(_MOST):
        if at < 0:
            return
        yield from _zip(judge, part, start + at, tail[at : at + _END_SIZE], tail[:at])
        at = tail.rfind(END, 0, at)
    yield dangerous("it has many ends of zips, as readers look for them", _HINT)


def _zip(judge: Judge, part: Part, end: int, record: bytes, before: bytes) -> Iterator[Trouble]:
    """The zip of one end, where a directory lies before it."""
    size, offset = (int.from_bytes(record[at : at + 4], "little") for at in (12, 16))
    if before[-_LOCATOR_SIZE:].startswith(_LOCATOR):
        yield dangerous("it has a zip at its end", _HINT)
        return
    directory = end - size
    if len(record) < _END_SIZE or directory < 0:
        return
    part.stream.seek(directory)
    if part.stream.read(4) != _ENTRY:
        return
    first = directory - offset
    if first <= 0:
        yield dangerous("it has a zip at its end that reaches over all of it", _HINT)
        return
    comment = int.from_bytes(record[20:22], "little")
    length = min(end + _END_SIZE + comment, part.size) - first
    inner = window(part.stream, first, length)
    yield from judge.inside(part.inner("the zip at its end", inner, length))
