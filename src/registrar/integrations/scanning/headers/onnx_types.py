"""Types, shapes and notes of ONNX: nothing in them runs; they are walked to be whole.

Source: ``ValueInfoProto``, ``TypeProto``, ``TensorShapeProto``, ``TensorAnnotation``,
``DeviceConfigurationProto`` and ``NodeDeviceConfigurationProto`` in onnx.proto.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from registrar.integrations.scanning.headers.onnx_fields import PAIR, Fields, Message
from registrar.integrations.scanning.headers.troubles import BrokenError, byte
from registrar.reading.sniffing.protobuf import BYTES, VARINT, Kinds, kinds

MAX_DEPTH = 16
"""Types of elements of types of elements."""


@dataclass(slots=True)
class Whole:
    """A message, and the messages that lie in it."""

    message: Message
    inner: dict[int, Whole] = field(default_factory=dict)


def _whole(table: Kinds, inner: Mapping[int, Whole] | None = None) -> Whole:
    return Whole(Message(table, frozenset()), dict(inner or {}))


_SHAPE = _whole(kinds(messages="1"), {1: _whole(kinds(varints="1", messages="2 3"))})
_TENSOR = _whole(kinds(varints="1", messages="2"), {2: _SHAPE})
TYPE = _whole(kinds(messages="1 4 5 6 7 8 9"), {1: _TENSOR, 7: _whole(kinds(messages="1 2 3"))})
_ELEMENT = _whole(kinds(messages="1"), {1: TYPE})
TYPE.inner.update(
    {4: _ELEMENT, 5: _whole(kinds(varints="1", messages="2"), {2: TYPE}), 8: _TENSOR, 9: _ELEMENT}
)
NOTE = Whole(PAIR)
VALUE = _whole(kinds(messages="1 2 3 4"), {2: TYPE, 4: NOTE})
ANNOTATION = _whole(kinds(messages="1 2"), {2: NOTE})
DEVICES = _whole(kinds(varints="2", messages="1 3"))
_NUMBERS: Kinds = {1: (VARINT,), 2: (VARINT, BYTES)}
_SHARDED = _whole(kinds(varints="1", messages="2"), {2: _whole(kinds(varints="1 3", messages="2"))})
_SHARDING = _whole(
    {1: (BYTES,), 2: (VARINT, BYTES), 3: (BYTES,), 4: (BYTES,)}, {3: _whole(_NUMBERS), 4: _SHARDED}
)
PLACEMENT = _whole(kinds(varints="3", messages="1 2"), {2: _SHARDING})


def walk(fields: Fields, start: int, end: int, whole: Whole, deeper: int = MAX_DEPTH) -> None:
    """Walk a message to its end; raises BrokenError and TruncatedError where that cannot be."""
    if not deeper:
        raise BrokenError(f"types nested more than {MAX_DEPTH} deep at {byte(start)}")
    for number, at, after in fields.of(start, end, whole.message):
        below = whole.inner.get(number)
        if below is not None:
            walk(fields, at, after, below, deeper - 1)
