"""safetensors: a header that describes every byte behind it, exactly once.

Source: the format description of safetensors 0.8: eight bytes of length, at most 100 MB of JSON,
offsets that cover the data without holes. Its own reader takes the last of two tensors of one
name, and passes over keys that it does not know; both are told here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, BinaryIO

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.headers.json_header import read_header
from registrar.integrations.scanning.headers.troubles import (
    BrokenError,
    between,
    byte,
    danger,
    quoted,
    told,
    unread,
)
from registrar.reading.sniffing.safetensors import MAX_HEADER, SPECIFIED_HEADER
from registrar.reading.sniffing.source import Source

BITS: Mapping[str, int] = {
    **dict.fromkeys(("F4",), 4),
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0"), 8),
    **dict.fromkeys(("F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("I16", "U16", "F16", "BF16"), 16),
    **dict.fromkeys(("I32", "U32", "F32"), 32),
    **dict.fromkeys(("C64", "F64", "I64", "U64"), 64),
}
"""Bits of one element, by the names of safetensors 0.8."""
MAX_DIMENSIONS = 64
_KEYS = {"dtype", "shape", "data_offsets"}
_AGAIN = "write it again with safetensors.save_file"


@dataclass(frozen=True, slots=True)
class _Tensor:
    name: str
    start: int
    end: int


@told
def look(stream: BinaryIO, size: int, beside: Mapping[str, int]) -> Iterator[Trouble]:
    """Look at the ``size`` bytes of a safetensors file; reads its header alone."""
    source = Source(stream, size)
    if size < 8:
        raise BrokenError(f"{size} bytes are too few: the header's length alone has 8")
    source.go(0)
    length = source.number(8)
    _bounded(length, size)
    header = read_header(source.take(length), "the header (it begins at byte 8)")
    if not isinstance(header.data, dict):
        raise BrokenError("the header is no JSON object", _AGAIN)
    for name in header.twice:
        yield danger(
            f"the header names {quoted(name)} twice: readers differ in which one they take", _AGAIN
        )
    tensors = []
    for name, described in header.data.items():
        if name == "__metadata__":
            yield from _metadata(described)
            continue
        found = _tensor(name, described)
        if isinstance(found, Trouble):
            yield found
        else:
            tensors.append(found)
    if len(tensors) == len(header.data.keys() - {"__metadata__"}):
        yield from _cover(tensors, 8 + length, size)


def _bounded(length: int, size: int) -> None:
    """Refuse a header that cannot be here, or that is too long to be looked at."""
    if length > size - 8:
        raise BrokenError(
            f"byte 0 announces a header of {length:,} bytes; the file has {size - 8:,} behind it"
        )
    if length > SPECIFIED_HEADER:
        raise BrokenError(
            f"the header has {length:,} bytes; safetensors allows {SPECIFIED_HEADER:,}", _AGAIN
        )
    if length > MAX_HEADER:
        raise BrokenError(
            f"the header has {length:,} bytes; {MAX_HEADER:,} are read",
            "split the model into several files, or shorten __metadata__",
        )


def _metadata(described: Any) -> Iterator[Trouble]:
    if not isinstance(described, dict):
        yield unread("__metadata__ is no JSON object", _AGAIN)
        return
    for key, value in described.items():
        if not isinstance(value, str):
            yield unread(f"__metadata__ {quoted(key)} is no text; the format allows text alone")


def _tensor(name: str, described: Any) -> _Tensor | Trouble:
    """One tensor, or the first thing that is wrong with it."""
    where = f"tensor {quoted(name)}"
    if not isinstance(described, dict) or not described.keys() >= _KEYS:
        return unread(f"{where} lacks one of dtype, shape, data_offsets", _AGAIN)
    strange = sorted(described.keys() - _KEYS)
    if strange:
        return unread(f"{where} has the key {quoted(strange[0])}, which safetensors does not know")
    dtype, shape, offsets = (described[key] for key in ("dtype", "shape", "data_offsets"))
    if not isinstance(dtype, str) or dtype not in BITS:
        return unread(f"{where} has the dtype {quoted(str(dtype))}, which is not known", _AGAIN)
    if not _counts(shape) or len(shape) > MAX_DIMENSIONS:
        return unread(f"{where} has a shape that is no short list of whole numbers", _AGAIN)
    if not _counts(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
        return unread(f"{where} has data_offsets that are no [start, end]", _AGAIN)
    bits = BITS[dtype] * prod(shape)
    start, end = offsets
    if bits >= 2**64:
        return unread(f"{where} claims more elements than any file holds", _AGAIN)
    if bits != 8 * (end - start):
        return danger(
            f"{where} spans {end - start:,} bytes; {dtype} of shape {_shown(shape)} has"
            f" {bits // 8:,}: a reader that trusts the shape leaves its bytes",
            _AGAIN,
        )
    return _Tensor(name, start, end)


def _counts(value: Any) -> bool:
    """Tell whether a value is a list of unsigned 64-bit numbers."""
    return isinstance(value, list) and all(type(n) is int and 0 <= n < 2**64 for n in value)


def _shown(shape: list[int]) -> str:
    return quoted("×".join(str(n) for n in shape) or "scalar").strip('"')


def _cover(tensors: list[_Tensor], base: int, size: int) -> Iterator[Trouble]:
    """Every byte behind the header belongs to one tensor."""
    last = max(tensors, key=lambda tensor: tensor.end, default=_Tensor("", 0, 0))
    if base + last.end > size:
        raise BrokenError(
            f"tensor {quoted(last.name)} ends at {byte(base + last.end)};"
            f" the file has {size:,} bytes"
        )
    end, before = 0, ""
    for tensor in sorted(tensors, key=lambda tensor: (tensor.start, tensor.end)):
        name, start = quoted(tensor.name), base + tensor.start
        if tensor.start < end:
            yield danger(f"tensors {before} and {name} share bytes from {byte(start)} on", _AGAIN)
        elif tensor.start > end:
            yield _hidden(base + end, start)
        if tensor.end >= end:
            end, before = tensor.end, name
    if base + end < size:
        yield _hidden(base + end, size)


def _hidden(start: int, end: int) -> Trouble:
    return danger(f"{between(start, end)} belong to no tensor: anything may hide there", _AGAIN)
