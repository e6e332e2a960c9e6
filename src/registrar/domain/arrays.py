"""Arrays of an example as plain values: what a model is given, and what it gives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod

Value = float | int | bool | str
SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
"""How JSON, which has none of them, writes the special floating-point numbers."""
_NEAR = (1.0, math.inf)
"""What is off by less, or by just as much as is allowed, is near enough."""
_MAX_NAME = 100
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
        words = "1 more value is" if more == 1 else f"{more:,} more values are"
        return text + (f" ({words} off)" if more else "")


def compare(
    expected: Mapping[str, Array], found: Mapping[str, Array], tolerance: Tolerance
) -> Deviation | None:
    """The worst deviation; None where everything expected is there and near enough.

    Whole numbers, truth values and text must be equal; NaN equals NaN and nothing else.
    """
    worst: Deviation | None = None
    grade: tuple[float, float] = (0, 0)
    count = 0
    for name, wanted in expected.items():
        got, short = found.get(name), name[:_MAX_NAME]
        if got is None:
            return Deviation(short, "an output", "not there")
        if wanted.shape != got.shape:
            return Deviation(f"the shape of {short}", _shape(wanted.shape), _shape(got.shape))
        if wanted.every != got.every:
            steps = f"every {wanted.every:,}", f"every {got.every:,}"
            return Deviation(f"the steps of {short}", *steps)
        for index, (one, other) in enumerate(zip(wanted.values, got.values, strict=True)):
            off = _off(one, other, tolerance)
            count += off > _NEAR
            if off > max(grade, _NEAR):
                grade, worst = off, _deviation(short + wanted.place(index), one, other, tolerance)
    return None if worst is None else replace(worst, count=count)


def _off(expected: Value, found: Value, tolerance: Tolerance) -> tuple[float, float]:
    """How many times the allowed deviation a value is off, then how far; 0 for an equal one."""
    if isinstance(expected, str | bool) or isinstance(found, str | bool):
        same = type(expected) is type(found) and expected == found
        return (0, 0) if same else (math.inf, math.inf)
    if expected == found or (expected != expected and found != found):  # both NaN
        return (0, 0)
    away = _away(expected, found)
    if away is None or isinstance(found, int):
        return (math.inf, math.inf if away is None else away)
    allowed = tolerance.allowed(expected)
    return (away / allowed if allowed > 0 else math.inf, away)


def _away(expected: float, found: float) -> float | None:
    """How far two numbers are apart; None where no float can say it."""
    try:
        away = float(abs(found - expected))
    except OverflowError:
        return None
    return away if math.isfinite(away) else None


def _deviation(place: str, expected: Value, found: Value, tolerance: Tolerance) -> Deviation:
    away = allowed = None
    if not isinstance(expected, str | bool) and not isinstance(found, str | bool):
        away = _away(expected, found)
        if away is not None:
            allowed = 0.0 if isinstance(found, int) else tolerance.allowed(expected)
    return Deviation(place, _shown(expected), _shown(found), away, allowed)


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.9g}"
    return repr(value[:100]) if isinstance(value, str) else str(value)[:100]


def _shape(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) if shape else "one value"
