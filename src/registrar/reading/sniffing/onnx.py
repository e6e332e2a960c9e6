"""ONNX and TensorFlow SavedModel: protobuf files without a magic number.

The top-level fields are walked to the very end of the file with the wire types that the formats
give them; tensors are stepped over, not read. Field numbers: onnx.proto (ModelProto,
GraphProto, NodeProto, AttributeProto, TensorProto) and saved_model.proto.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from registrar.domain.formats import Format
from registrar.reading.sniffing.sniffed import Sniffed, read_at

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MODEL = {1: _VARINT, 2: _BYTES, 3: _BYTES, 4: _BYTES, 5: _VARINT, 6: _BYTES, 7: _BYTES}
_MODEL |= {8: _BYTES, 14: _BYTES, 20: _BYTES, 25: _BYTES, 26: _BYTES}
_GRAPH = {1: _BYTES, 2: _BYTES, 5: _BYTES, 10: _BYTES, 11: _BYTES, 12: _BYTES, 13: _BYTES}
_GRAPH |= {14: _BYTES, 15: _BYTES, 16: _BYTES}
_SAVED = {1: _VARINT, 2: _BYTES}
_MAX_FIELDS = 200_000
_MAX_EXTERNAL = 10_000
_MAX_TEXT = 4096

Field = tuple[int, int, int, int]
"""Number, wire type, offset of the value, length of the value (a varint's own value for 0)."""


class _Malformed(Exception):  # noqa: N818
    """Not these protobuf fields."""


class _Walker:
    """Walks fields of a stream, with a budget for all of them together."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.budget = _MAX_FIELDS

    def fields(self, start: int, end: int) -> Iterator[Field]:
        """The fields between two offsets; raises _Malformed unless they fill it exactly."""
        at = start
        while at < end:
            self.budget -= 1
            chunk = read_at(self.stream, at, 20)
            tag, used = _varint(chunk, 0)
            number, wire = tag >> 3, tag & 7
            if self.budget < 0 or number == 0:
                raise _Malformed
            at += used
            if wire == _VARINT:
                value, length = _varint(chunk, used)
                yield number, wire, at, value
                at += length
            elif wire == _BYTES:
                length, more = _varint(chunk, used)
                at += more
                if length > end - at:
                    raise _Malformed
                yield number, wire, at, length
                at += length
            elif wire in (_FIXED32, _FIXED64):
                yield number, wire, at, 4 if wire == _FIXED32 else 8
                at += 4 if wire == _FIXED32 else 8
            else:
                raise _Malformed
        if at != end:
            raise _Malformed

    def known(self, start: int, end: int, types: dict[int, int]) -> list[Field]:
        """The fields of a message, each with the wire type that it should have."""
        found = list(self.fields(start, end))
        if any(types.get(number) != wire for number, wire, _, _ in found):
            raise _Malformed
        return found


def sniff_protobuf(stream: BinaryIO, size: int, head: bytes) -> Sniffed | None:
    """Tell ONNX and SavedModel; None for everything else."""
    if not head or head[0] not in (0x08, 0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42):
        return None
    walker = _Walker(stream)
    try:
        top = list(walker.fields(0, size))
        numbers = {number for number, _, _, _ in top}
        if 7 in numbers and numbers & {1, 8} and _fits(top, _MODEL):
            return _onnx(walker, top)
        if numbers == {1, 2} and _fits(top, _SAVED) and head[0] == 0x08:
            return Sniffed(Format.SAVEDMODEL)
    except _Malformed:
        return None
    return None


def _fits(fields: list[Field], types: dict[int, int]) -> bool:
    return all(types.get(number) == wire for number, wire, _, _ in fields)


def _onnx(walker: _Walker, top: list[Field]) -> Sniffed | None:
    external: list[str] = []
    graphs = [field for field in top if field[0] == 7]
    if len(graphs) != 1:
        return None
    _, _, at, length = graphs[0]
    nodes = 0
    for number, _, start, size in walker.known(at, at + length, _GRAPH):
        nodes += number == 1
        if number == 5:
            external += _external(walker, start, start + size)
        elif number == 1:
            external += _in_node(walker, start, start + size)
        if len(external) > _MAX_EXTERNAL:
            return None
    version = next((value for number, _, _, value in top if number == 1), None)
    detail = f"ONNX, {nodes} nodes" + (f", IR version {version}" if version else "")
    return Sniffed(Format.ONNX, detail, tuple(dict.fromkeys(external)))


def _in_node(walker: _Walker, start: int, end: int) -> list[str]:
    """External data of tensors that are attributes of a node (Constant)."""
    found = []
    for number, wire, at, length in walker.fields(start, end):
        if number == 5 and wire == _BYTES:
            for inner, kind, place, size in walker.fields(at, at + length):
                if inner == 5 and kind == _BYTES:
                    found += _external(walker, place, place + size)
    return found


def _external(walker: _Walker, start: int, end: int) -> list[str]:
    """The ``location`` of a TensorProto's external_data (field 13)."""
    found = []
    for number, wire, at, length in walker.fields(start, end):
        if number == 13 and wire == _BYTES and length <= 2 * _MAX_TEXT:
            pair = {
                n: read_at(walker.stream, place, min(size, _MAX_TEXT))
                for n, kind, place, size in walker.fields(at, at + length)
                if kind == _BYTES
            }
            if pair.get(1) == b"location":
                found.append(pair.get(2, b"").decode("utf-8", "replace"))
    return found


def _varint(chunk: bytes, at: int) -> tuple[int, int]:
    """A base-128 number and its length in bytes."""
    value = shift = 0
    for used, byte in enumerate(chunk[at : at + 10], start=1):
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, used
        shift += 7
    raise _Malformed
