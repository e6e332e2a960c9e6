"""Figures as people write them in a card, compared with what was measured.

A figure agrees with a measured value when the value, rounded to the decimals that are printed,
is that figure; of a value half-way between two, both agree. Everything is decimal: no binary
fraction is ever rounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

_FIGURE = re.compile(
    r"(?P<about>[~≈]\s?)?"
    r"(?P<number>[+\-−]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]{1,30})?"
    r"|[0-9]{1,30}(?:[.,][0-9]{1,30})?|\.[0-9]{1,30})(?:[eE][+\-−]?[0-9]{1,3})?)"
    r"\s?(?P<percent>%)?"
    r"(?P<rest>\s*(?:±|\+/-|\+-|\(|\[).*)?",
    re.DOTALL,
)
_MAX = 200
"""A longer cell is no figure."""
_CONTEXT = Context(prec=400, rounding=ROUND_HALF_EVEN)
"""More digits than any value of a metrics file or figure of a card has."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: its digits as written, what they may mean, whether it is a percentage.

    ``alone`` tells that nothing like an interval or a deviation follows.
    """

    digits: str
    start: int
    readings: tuple[Decimal, ...]
    percent: bool
    alone: bool = True
    signed: bool = True
    """Whether a percentage has its own sign; else the table says so, and may not mean this one."""

    def agrees(self, value: float, in_percent: bool = False) -> bool:
        """Tell whether a measured value, at the precision of the figure, is this figure.

        ``in_percent`` tells a metric that is a percentage by its name, which people measure and
        write as 0.5, 0.5% and 0.005.
        """
        scaled = [exact := _exact(value)]
        if in_percent:
            scaled.append(_CONTEXT.multiply(exact, Decimal(100)))
        elif self.percent:
            scaled = [_CONTEXT.multiply(exact, Decimal(100))] + scaled * (
                abs(exact) > 1 or not self.signed
            )
        return any(_near(r, v) for r in self.readings for v in scaled)

    def lacks_percent(self, value: float) -> bool:
        """Tell a percentage of a fraction without its sign."""
        return not self.percent and any(
            _near(r, _CONTEXT.multiply(_exact(value), Decimal(100))) for r in self.readings
        )

    def of_another_scale(self, value: float) -> bool:
        """Tell a figure such as 95.0 for 0.93: what it wants to say, only a person knows."""
        limit = max(Decimal(1), _CONTEXT.multiply(abs(_exact(value)), Decimal(2)))
        large = not self.percent and all(abs(reading) > limit for reading in self.readings)
        return large and abs(value) <= 1 and not self.lacks_percent(value)

    def rewritten(self, value: float) -> str:
        """The measured value as this figure would be written: same decimals, same form."""
        exact = _exact(value)
        if self.percent and abs(exact) <= 1:
            exact = _CONTEXT.multiply(exact, Decimal(100))
        if "e" in self.digits.lower():
            mantissa = self.digits.lower().partition("e")[0]
            decimals = len(mantissa.partition(".")[2])
            return f"{exact:.{decimals}e}"
        reading = self.readings[0]
        text = f"{exact.quantize(_quantum(reading), context=_CONTEXT):f}"
        if "," not in self.digits:
            return text
        if reading == reading.to_integral_value() or "." in self.digits:
            return f"{Decimal(text):,f}"
        return text.replace(".", ",")


def figure(text: str, percent: bool = False) -> Figure | None:
    """Read a figure; None for what is none, and for a bound such as ``< 0.1``.

    ``percent`` tells that the table says so elsewhere. ``1,234`` may be 1234 or 1.234.
    """
    match = _FIGURE.fullmatch(text) if len(text) <= _MAX else None
    if match is None:
        return None
    digits = match["number"]
    plain = digits.replace("−", "-")
    readings = [Decimal(plain.replace(",", ""))]
    if plain.count(",") == 1 and "." not in plain:
        decimal = Decimal(plain.replace(",", "."))
        in_thousands = re.fullmatch(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}", plain) is not None
        readings = [*readings, decimal] if in_thousands else [decimal]
    is_percent = percent or match["percent"] is not None
    alone = match["rest"] is None
    signed = match["percent"] is not None or not percent
    return Figure(digits, match.start("number"), tuple(readings), is_percent, alone, signed)


def shown(value: float) -> str:
    """A measured value as the metrics file has it."""
    text = str(value)
    return text if len(text) <= 40 else f"{value:.6g}"


def _exact(value: float) -> Decimal:
    """The shortest decimal that is this value: what the metrics file says."""
    return Decimal(repr(value) if isinstance(value, float) else value)


def _quantum(reading: Decimal) -> Decimal:
    exponent = reading.as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)


def _near(reading: Decimal, value: Decimal) -> bool:
    gap = abs(_CONTEXT.subtract(value, reading))
    return _CONTEXT.multiply(gap, Decimal(2)) <= _quantum(reading)
