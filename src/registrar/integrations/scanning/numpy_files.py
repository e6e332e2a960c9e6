"""NumPy's array files: a header, then the bytes of the array or, for objects, a pickle.

Source: NEP 1, and ``numpy/lib/_format_impl.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import prod

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.parts import Judge, Part
from registrar.integrations.scanning.pickle_files import read_pickles
from registrar.integrations.scanning.words import unread
from registrar.reading.sniffing.headers import is_object_array, npy_header

_HEAD = 64 * 1024
MAGIC = b"\x93NUMPY"
_NAME = re.compile(rb"\('[^']*', (?=['\[])")
_UNIT = re.compile(rb"\[[0-9A-Za-z/]{1,16}\]'")
_INNERMOST = re.compile(rb"\[(\('[^\[\]]*)\]")
_ITEM = re.compile(rb"'[<>|=]?([A-Za-z?])([0-9]{0,200})'(?:, \(([0-9, ]+)\))?")
_WIDE = {b"U": 4}


def look_npy(judge: Judge, part: Part) -> Iterator[Trouble]:
    """One array: its data must end with the file; a pickle of objects is read as one."""
    part.stream.seek(0)
    header = npy_header(part.stream.read(min(part.size, _HEAD)))
    if header is None:
        yield unread("the header of the array is not one that NumPy writes", "np.save it again")
        return
    if is_object_array(header):
        yield from read_pickles(judge, part, header.end())
        return
    width = _width(header["descr"])
    lengths = [int(part) for part in header["shape"].replace(b" ", b"").split(b",") if part]
    end = header.end() + width * prod(lengths)
    if end > part.size:
        yield unread("the array is broken off", "np.save it again")
    elif end < part.size:
        yield unread(
            f"{part.size - end:,} bytes behind the array were not read", "np.save it again"
        )


def _width(descr: bytes) -> int:
    """Bytes of one item: of a plain type, or of all fields of a record."""
    left = _NAME.sub(b"(", _UNIT.sub(b"'", descr))
    while innermost := _INNERMOST.search(left):
        total = b"'|V%d'" % _total(innermost[1])
        left = left[: innermost.start()] + total + left[innermost.end() :]
    return _total(left)


def _total(fields: bytes) -> int:
    """Bytes of some fields whose types are plain."""
    total = 0
    for kind, digits, shape in _ITEM.findall(fields):
        width = 8 if kind in b"mM" else int(digits or 1) * _WIDE.get(kind, 1)
        total += width * prod(int(n) for n in shape.replace(b" ", b"").split(b",") if n)
    return total
