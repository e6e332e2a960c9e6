"""The example of an entry: what the model is given, and what it is expected to give.

Both are JSON: an object of arrays by name. ``docs/smoke.md`` is the description for people.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from registrar.domain.arrays import SPECIAL, Array, Value
from registrar.domain.metadata import text
from registrar.domain.places import Route
from registrar.reading.documents import MAX_NODES

MAX_SIZE = 1 << 26
"""Values of an input that is described by a rule; 64 million floats are 256 MiB."""
MAX_AXES = 16
SPECIAL_HINT = 'write it as text: "NaN", "Infinity" or "-Infinity"'
_KEYS = {"shape", "dtype", "data", "fill", "linspace", "every"}


class ExampleError(Exception):
    """A document that is no example, with the route to what is wrong."""

    def __init__(self, message: str, route: Route = (), hint: str = "") -> None:
        super().__init__(message)
        self.route = route
        self.hint = hint


def inputs_from(data: object) -> dict[str, dict[str, Any]]:
    """The inputs by name, each ``{"shape", "dtype", one of "data", "fill", "linspace"}``.

    ``data`` is flat, in row-major order. Raises ExampleError.
    """
    made = {}
    for name, value in _named(data, "inputs"):
        fields = value if _is_described(value) else {"data": value}
        ways = [way for way in ("data", "fill", "linspace") if way in fields]
        unknown = sorted(fields.keys() - _KEYS | fields.keys() & {"every"})
        if unknown or len(ways) != 1:
            message = f"{name} has {unknown[0]!r}" if unknown else f"{name} describes no values"
            raise ExampleError(message, (name,), "one of data, fill and linspace, with a shape")
        array: dict[str, Any] = {"dtype": _dtype(name, fields)}
        if ways == ["data"]:
            read = _array(name, fields)
            array |= {"shape": list(read.shape), "data": list(read.values)}
        else:
            shape = _shape(name, fields)
            array |= {"shape": list(shape), ways[0]: _rule(name, ways[0], fields[ways[0]])}
        made[name] = array
    return made


def expected_from(data: object) -> dict[str, Array]:
    """The expected outputs by name; raises ExampleError."""
    made = {}
    for name, value in _named(data, "expected outputs"):
        fields = value if _is_described(value) else {"data": value}
        unknown = sorted(fields.keys() - {"shape", "data", "every"})
        if unknown or "data" not in fields:
            message = f"{name} has {unknown[0]!r}" if unknown else f"{name} has no data"
            raise ExampleError(message, (name,), "write shape, every and data")
        made[name] = _array(name, fields)
    if not made:
        raise ExampleError("no output is expected")
    if not any(array.values for array in made.values()):
        hint = "take an input for which the model gives values"
        raise ExampleError("no value is expected, so nothing would be compared", (), hint)
    return made


def _named(data: object, what: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(data, dict):
        hint = 'as in {"X": [[1.0, 2.0]]}'
        raise ExampleError(f"the {what} are no object of arrays by name", (), hint)
    for name, value in data.items():
        if not name:
            raise ExampleError("a name is empty", (), "write the name that the model has for it")
        yield name, value


def _is_described(value: object) -> bool:
    return isinstance(value, dict)


def _dtype(name: str, fields: Mapping[str, Any]) -> str | None:
    dtype = fields.get("dtype")
    if dtype is not None and not isinstance(dtype, str):
        raise ExampleError(f"dtype of {name} is no text", (name, "dtype"), 'as in "float32"')
    return dtype


def _shape(name: str, fields: Mapping[str, Any]) -> tuple[int, ...]:
    shape = fields.get("shape")
    if not isinstance(shape, list) or len(shape) > MAX_AXES:
        raise ExampleError(f"{name} has no shape", (name,), 'as in "shape": [1, 3, 224, 224]')
    size = 1
    for length in shape:
        if type(length) is not int or length < 0:
            raise ExampleError(f"{name} has no shape", (name, "shape"), "whole numbers from 0")
        size *= length
        if size > MAX_SIZE:
            hint = f"at most {MAX_SIZE:,}"
            raise ExampleError(f"{name} has too many values", (name, "shape"), hint)
    return tuple(shape)


def _rule(name: str, way: str, value: object) -> object:
    """One value for ``fill``, two finite numbers for ``linspace``."""
    if way == "fill" and not isinstance(value, list):
        return _value(name, (name, way), value)
    ends = value if way == "linspace" and isinstance(value, list) and len(value) == 2 else [None]
    if any(isinstance(end, bool) or not isinstance(end, int | float) for end in ends):
        hint = '"fill": 0.5 or "linspace": [0, 1]'
        raise ExampleError(f"{way} of {name} is not understood", (name, way), hint)
    return ends


def _array(name: str, fields: Mapping[str, Any]) -> Array:
    shape, values = _unpacked(name, fields["data"])
    every = fields.get("every", 1)
    if type(every) is not int or every < 1:
        raise ExampleError(f"every of {name} is no whole number from 1", (name, "every"))
    if "shape" in fields:
        shape = _shape(name, fields)
    elif every != 1:
        raise ExampleError(f"{name} has every and no shape", (name,), "write its whole shape")
    array = Array(shape, tuple(values), every)
    wanted = -(-array.size // every)
    if len(values) != wanted:
        message = f"{name} has {len(values):,} values, and its shape wants {wanted:,}"
        raise ExampleError(message, (name,), "one value for each, in row-major order")
    return array


def _unpacked(name: str, data: object) -> tuple[tuple[int, ...], list[Value]]:
    """The shape of nested lists, and what they hold, flat."""
    shape: list[int] = []
    level: list[Any] = [data]
    route: Route = (name,)
    while level and isinstance(level[0], list):
        length = len(level[0])
        for item in level:
            if not isinstance(item, list) or len(item) != length:
                message = f"the lists of {name} are not equally long"
                raise ExampleError(message, route, "an array has as many values in each row")
        shape.append(length)
        level = [value for item in level for value in item]
        if len(shape) > MAX_AXES or len(level) > MAX_NODES:
            raise ExampleError(f"{name} is too large", route, "write a smaller example")
    return tuple(shape), [_value(name, route, value) for value in level]


def _value(name: str, route: Route, value: object) -> Value:
    if isinstance(value, str | bool | int | float):
        return value
    hint = 'numbers, true, false, text; "NaN", "Infinity" and "-Infinity" are numbers, too'
    raise ExampleError(f"{name} holds what is no value", route, hint)


def as_kind(values: tuple[Value, ...], kind: str) -> tuple[Value, ...]:
    """Values as numbers where the model gives floating-point ones: ``"NaN"`` is one then."""
    if kind != "float":
        return values
    return tuple(SPECIAL.get(v, v) if isinstance(v, str) else v for v in values)


def outputs_from(sent: object) -> tuple[dict[str, Array], dict[str, str]]:
    """Outputs and their kinds as the job sent them; raises ExampleError: it may send anything."""
    arrays: dict[str, Array] = {}
    kinds: dict[str, str] = {}
    for name, value in _named(sent, "outputs"):
        if not isinstance(value, dict) or not {"shape", "values", "every", "kind"} <= value.keys():
            raise ExampleError(f"{name} was not told as an array")
        fields = {key: value[key] for key in ("shape", "every")} | {"data": value["values"]}
        read = _array(name, fields)
        kinds[name] = text(value["kind"]) or ""
        arrays[name] = Array(read.shape, as_kind(read.values, kinds[name]), read.every)
    return arrays, kinds


def written(outputs: Mapping[str, Array]) -> str:
    """The expected outputs as the text of a file, a row on a line."""
    blocks = [f"  {json.dumps(name)}: {_block(array)}" for name, array in outputs.items()]
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def _block(array: Array) -> str:
    values = [_plain(value) for value in array.values]
    if array.every != 1 or 0 in array.shape:
        every = "" if array.every == 1 else f'"every": {array.every}, '
        return f'{{"shape": {json.dumps(list(array.shape))}, {every}"data": {json.dumps(values)}}}'
    return _nested(array.shape, values, "    ")


def _nested(shape: tuple[int, ...], values: list[Any], margin: str) -> str:
    if len(shape) < 2:
        return json.dumps(values if shape else values[0], ensure_ascii=False)
    step = len(values) // shape[0]
    rows = [values[at : at + step] for at in range(0, len(values), step)]
    inner = [margin + _nested(shape[1:], row, margin + "  ") for row in rows]
    return "[\n" + ",\n".join(inner) + "\n" + margin[2:] + "]"


def _plain(value: Value) -> Value:
    if isinstance(value, float) and value != value:
        return "NaN"
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return value
