"""Formats with a magic number and a short header: gguf, npy, hdf5, tflite.

Sources: the GGUF specification of ggml; NumPy's NEP 1; the HDF5 file format specification
(superblock versions 0 to 3); FlatBuffers' binary format with TensorFlow Lite's identifier.
"""

from __future__ import annotations

import re
import struct
from functools import cache
from math import prod

from registrar.domain.formats import Format
from registrar.reading.sniffing.sniffed import Sniffed
from registrar.reading.sniffing.source import Source

_GGUF = struct.Struct("<4sIQQQ")
_GGUF_VERSIONS = (2, 3)
_GGUF_LAST_TYPE = 12
_GGUF_MAX_KEY = 65_535
_SMALLEST_PAIR, _SMALLEST_TENSOR = 13, 24
_NPY = b"\x93NUMPY"
_NPY_HEADER = re.compile(
    rb"\{'descr': (?P<descr>'[^'\n]{1,40}'|\[[^\n]{1,8192}\]), "
    rb"'fortran_order': (?:True|False), "
    rb"'shape': \((?P<shape>[0-9, ]{0,640})\),? ?\}[ \n]*"
)
_TYPE = rb"'[<>|=]([biufcSUVmM])([0-9]{1,9})(?:\[[0-9A-Za-z/]{1,16}\])?'"
_PLAIN = re.compile(_TYPE)
_DEEPEST = 4
"""Records in records, as many as are read."""
_OBJECT = re.compile(rb"['<>|=,(]O[0-9]{0,2}['),]|object")
_HDF5 = b"\x89HDF\r\n\x1a\n"


def sniff_gguf(source: Source) -> Sniffed | None:
    """Tell a GGUF of version 2 or 3 whose counts fit into the file and whose first key is one."""
    start = source.head
    if start[:4] != b"GGUF" or len(start) < _GGUF.size:
        return None
    _, version, tensors, pairs, key = _GGUF.unpack_from(start)
    room = source.size - _GGUF.size + 8
    if version not in _GGUF_VERSIONS or not pairs:
        return None
    if tensors * _SMALLEST_TENSOR + pairs * _SMALLEST_PAIR > room:
        return None
    if not 0 < key <= _GGUF_MAX_KEY or key + _SMALLEST_PAIR > room:
        return None
    source.go(_GGUF.size + key)
    if source.number(4) > _GGUF_LAST_TYPE:
        return None
    return Sniffed(Format.GGUF, detail=f"version {version}, {tensors} tensors")


def sniff_npy(source: Source) -> Sniffed | None:
    """Tell one NumPy array whose data is all here; one of objects is a pickle in disguise."""
    header = npy_header(source.head)
    if header is None:
        return None
    if is_object_array(header):
        return Sniffed(Format.PICKLE, detail="npy with objects, which are a pickle")
    if header.end() + npy_bytes(header) > source.size:
        return None
    return Sniffed(Format.NPY)


def npy_header(start: bytes) -> re.Match[bytes] | None:
    """The header of an array, from the first bytes of its file; None where it is none.

    Its type is a plain one, records of plain ones, or holds objects; no other is known.
    """
    if start[:6] != _NPY or len(start) < 12 or start[6:8] not in (b"\1\0", b"\2\0", b"\3\0"):
        return None
    at = 10 if start[6] == 1 else 12
    end = at + int.from_bytes(start[8:at], "little")
    header = _NPY_HEADER.fullmatch(start, at, end) if end <= len(start) else None
    if header is None or is_object_array(header):
        return header
    descr = header["descr"]
    return header if _PLAIN.fullmatch(descr) or _records().fullmatch(descr) else None


@cache
def _records() -> re.Pattern[bytes]:
    """Records as NumPy writes their type; compiled for who has some."""
    plain = re.sub(rb"(?<!\\\\)\((?!\?)", rb"(?:", _TYPE)  # without groups
    listed, shape = b"", rb"(?:, \([0-9]{1,18}(?:, [0-9]{1,18}){0,31},?\))?"
    for _ in range(_DEEPEST):
        kind = rb"(?:" + plain + (rb"|" + listed if listed else rb"") + rb")"
        field = rb"\('[^'\\\n]{0,64}', " + kind + shape + rb"\)"
        listed = rb"\[" + field + rb"(?:, " + field + rb")*\]"
    return re.compile(listed)


def is_object_array(header: re.Match[bytes]) -> bool:
    """Tell whether an array, or a field of it, holds Python objects."""
    return _OBJECT.search(header["descr"]) is not None


def npy_bytes(header: re.Match[bytes]) -> int:
    """Bytes of the data; 0 for records, whose items are not counted here."""
    plain = _PLAIN.fullmatch(header["descr"])
    if plain is None:
        return 0
    kind, width = plain[1], 8 if plain[1] in b"mM" else int(plain[2])
    if kind == b"U":
        width *= 4
    sizes = [int(part) for part in header["shape"].split(b",") if part.strip().isdigit()]
    return width * prod(sizes)


def sniff_hdf5(source: Source) -> Sniffed | None:
    """Tell HDF5 by a superblock at the first byte whose end of file lies in the file."""
    start = source.head
    if start[:8] != _HDF5 or len(start) < 48 or start[8] > 3:
        return None
    version = start[8]
    width = start[13] if version < 2 else start[9]
    if width not in (2, 4, 8):
        return None
    addresses = {0: 24, 1: 28}.get(version, 12)
    at = addresses + 2 * width
    end = int.from_bytes(start[at : at + width], "little")
    if not at < end <= source.size:
        return None
    return Sniffed(Format.HDF5, detail=f"superblock version {version}")


def sniff_tflite(source: Source) -> Sniffed | None:
    """Tell TensorFlow Lite by its identifier and a root table that lies in the file."""
    if source.head[4:8] != b"TFL3":
        return None
    root = int.from_bytes(source.head[:4], "little")
    if root < 8:
        return None
    source.go(root)
    back = int.from_bytes(source.take(4), "little", signed=True)
    source.go(root - back)
    table, fields = source.number(2), source.number(2)
    if table < 4 or table % 2 or fields < 4:
        return None
    source.skip(table - 4)
    return Sniffed(Format.TFLITE)
