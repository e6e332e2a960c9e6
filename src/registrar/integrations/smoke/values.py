"""Arrays between plain values and NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registrar.domain.arrays import MAX_VALUES, SPECIAL

_KINDS = {"f": "float", "i": "int", "u": "int", "b": "bool", "U": "text", "S": "text"}
_MAX_TEXT = 1_000
_MAX_OUTPUTS = 2_000


_SMALLER = "write a smaller example, or expect every n-th value"


class TooMuchError(Exception):
    """Outputs that nobody can compare, with the reason and what would help."""

    def __init__(self, message: str, hint: str = _SMALLER) -> None:
        super().__init__(message)
        self.hint = hint


def no_type(name: str, kind: object) -> TooMuchError:
    """An output of a type that plain values do not have."""
    message = f"{name} is of the type {kind}, which cannot be compared"
    return TooMuchError(message, "expect another output, or let the model give float32")


def array_of(given: Mapping[str, Any], dtype: str | None = None) -> Any:
    """A NumPy array of a validated input; its own ``dtype`` wins over what the model asks."""
    import numpy

    dtype = given["dtype"] or dtype
    if "fill" in given:
        fill = SPECIAL.get(given["fill"], given["fill"])
        if isinstance(fill, str) and dtype in (None, "str"):
            return numpy.full(given["shape"], fill)  # "str" would keep its first letter alone
        return numpy.full(given["shape"], fill, dtype or "float64")
    if "linspace" in given:
        start, stop = given["linspace"]
        size = numpy.prod(given["shape"], dtype=int)
        line = numpy.linspace(start, stop, int(size), dtype=dtype or "float64")
        return line.reshape(given["shape"])
    values = given["data"]
    texts = any(isinstance(value, str) and value not in SPECIAL for value in values)
    if texts and not all(isinstance(value, str) for value in values):
        return numpy.array(values, dtype=object).reshape(given["shape"])
    if not texts and dtype not in ("str", "object"):
        values = [SPECIAL.get(value, value) for value in values]
    return numpy.array(values, dtype=dtype).reshape(given["shape"])


def told_all(
    outputs: Mapping[str, object], wanted: Mapping[str, int] | None
) -> dict[str, dict[str, Any]]:
    """Outputs as plain values: every n-th of each that is wanted, or as many as may be told."""
    flat: dict[str, Any] = {}
    for name, value in outputs.items():
        flat.update(_arrays(name, value))
    if len(flat) > _MAX_OUTPUTS:
        raise TooMuchError(f"the model has {len(flat):,} outputs; at most {_MAX_OUTPUTS:,} fit")
    each = max(1, MAX_VALUES // max(1, len(flat)))
    sent = {}
    left = MAX_VALUES
    for name, array in flat.items():
        every = wanted.get(name, 0) if wanted is not None else -(-array.size // each) or 1
        if every:
            left -= -(-array.size // every)
            if left < 0:
                raise TooMuchError(f"the outputs have more than {MAX_VALUES:,} values")
            sent[name] = _told(name, array, every)
    return sent


def _arrays(name: str, value: object) -> dict[str, Any]:
    """One array, or two for a list of mappings: the values, and the keys they stand under."""
    import numpy

    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        keys = sorted(value[0])
        rows = [[item[key] for key in keys] for item in value]
        return {name: numpy.array(rows), f"{name}:keys": numpy.array(keys)}
    return {name: numpy.asarray(value)}


def _told(name: str, array: Any, every: int) -> dict[str, Any]:
    values = array.reshape(-1)[::every]
    kind = _KINDS.get(array.dtype.kind)
    if kind is None and array.dtype.kind == "O":
        kind = "text" if all(isinstance(value, str) for value in values) else "float"
    if kind is None:
        raise no_type(name, array.dtype)
    plain = [_plain(kind, value) for value in values]
    return {"shape": list(array.shape), "kind": kind, "every": every, "values": plain}


def _plain(kind: str, value: Any) -> Any:
    if kind == "text":
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        if len(text) > _MAX_TEXT:
            raise TooMuchError(f"a text has {len(text):,} characters; at most {_MAX_TEXT:,} fit")
        return text
    if kind == "bool":
        return bool(value)
    if kind == "int":
        return int(value)
    number = float(value)
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "Infinity" if number > 0 else "-Infinity"
    return float(str(value))  # the short form of a float32, which reads back as the same
