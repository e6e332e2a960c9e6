"""Arrays of an example as plain values: what a model is given, and what it gives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

Value = float | int | bool | str
SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
"""How JSON, which has none of them, writes the special floating-point numbers."""
MAX_VALUES = 4_000
"""Values that are compared of all outputs of a model together."""


@dataclass(frozen=True, slots=True)
class Array:
    """An array in row-major order, or every ``every``-th value of one."""

    shape: tuple[int, ...]
    values: tuple[Value, ...]
    every: int = 1

    @property
    def size(self) -> int:
        """How many values the whole array has."""
        return prod(self.shape)

    def place(self, index: int) -> str:
        """Where the value of this index stands, as in ``[3][1]``."""
        at, steps = index * self.every, []
        for length in reversed(self.shape):
            steps.append(at % length)
            at //= length
        return "".join(f"[{step}]" for step in reversed(steps))


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a number may be off: ``atol + rtol * |expected|``."""

    atol: float
    rtol: float

    def allowed(self, expected: float) -> float:
        """The greatest deviation from an expected number."""
        return self.atol + self.rtol * abs(expected)


@dataclass(frozen=True, slots=True)
class Deviation:
    """The worst place in which an output is not as expected."""

    place: str
    """``predict_proba[3][1]``, or the name of an output that is not there."""
    expected: str
    found: str
    away: float | None = None
    """How far, where both are numbers."""
    allowed: float | None = None
    count: int = 1
    """How many values are off."""

    @property
    def told(self) -> str:
        """In a person's words."""
        text = f"{self.place} is {self.found}, not {self.expected}"
        if self.away is not None and self.allowed is not None:
            text += f": off by {self.away:.3g}, allowed is {self.allowed:.3g}"
        more = self.count - 1
        return text + (f" ({more:,} more values are off)" if more else "")


def compare(
    expected: Mapping[str, Array], found: Mapping[str, Array], tolerance: Tolerance
) -> Deviation | None:
    """The worst deviation; None where everything expected is there and near enough.

    Whole numbers, truth values and text must be equal; NaN equals NaN and nothing else.
    """
    worst: list[tuple[float, Deviation]] = []
    count = 0
    for name, wanted in expected.items():
        got = found.get(name)
        if got is None:
            return Deviation(name, "an output", "not there")
        if wanted.shape != got.shape:
            return Deviation(f"the shape of {name}", _shape(wanted.shape), _shape(got.shape))
        for index, (one, other) in enumerate(zip(wanted.values, got.values, strict=True)):
            grade = _off(one, other, tolerance)
            if grade > 1:
                count += 1
                if not worst or grade > worst[0][0]:
                    place = name + wanted.place(index)
                    worst = [(grade, _deviation(place, one, other, tolerance))]
    if not worst:
        return None
    _, first = worst[0]
    return Deviation(first.place, first.expected, first.found, first.away, first.allowed, count)


def _off(expected: Value, found: Value, tolerance: Tolerance) -> float:
    """How many times the allowed deviation a value is off; 0 for an equal one."""
    if isinstance(expected, str) or isinstance(found, str):
        return 0 if expected == found else math.inf
    if isinstance(expected, bool) or isinstance(found, bool):
        return 0 if expected is found else math.inf
    if expected == found or (expected != expected and found != found):  # both NaN
        return 0
    if isinstance(found, int):
        return math.inf
    away, allowed = abs(found - expected), tolerance.allowed(expected)
    if not math.isfinite(expected) or not math.isfinite(found):
        return math.inf
    return away / allowed if allowed else math.inf


def _deviation(place: str, expected: Value, found: Value, tolerance: Tolerance) -> Deviation:
    away = allowed = None
    numbers = isinstance(expected, int | float) and isinstance(found, int | float)
    if numbers and not isinstance(expected, bool) and not isinstance(found, bool):
        distance = abs(float(found) - float(expected))
        if math.isfinite(distance):
            away = distance
            allowed = 0.0 if isinstance(found, int) else tolerance.allowed(float(expected))
    return Deviation(place, _shown(expected), _shown(found), away, allowed)


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value[:100]) if isinstance(value, str) else f"{value:.9g}"


def _shape(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) if shape else "one value"
