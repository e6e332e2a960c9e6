"""Figures of a card against measured values, at the card's precision."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registrar.reading.figures import figure


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.93", 0.9279),
        ("0.93", 0.9349),
        ("0.93", 0.935),  # half even
        ("0.92", 0.925),  # half even
        ("0.93", 0.925),  # half up
        ("0.30", 0.1 + 0.2),
        ("1", 0.5),
        ("93%", 0.93),
        ("93 %", 0.9349),
        ("93.4%", 93.4),
        ("150%", 1.5),
        ("1.2e-3", 0.00123),
        ("1E3", 1000),
        ("1,234", 1234),
        ("1,234", 1.234),
        ("12,345.6", 12345.64),
        ("0,93", 0.93),
        ("~0.93", 0.93),
        ("≈ 0.93", 0.93),
        ("0.93 ± 0.01", 0.93),
        ("0.93 (0.91–0.95)", 0.93),
        ("0.93 [0.91, 0.95]", 0.93),
        ("0.93 +/- 0.01", 0.93),
        ("−0.5", -0.5),
        ("+0.5", 0.5),
        (".5", 0.5),
        ("0", 1e-300),
        ("9007199254740993", 9007199254740993),
    ],
)
def test_agrees(text: str, value: float) -> None:
    said = figure(text)
    assert said is not None
    assert said.agrees(value)


@pytest.mark.parametrize(
    ("text", "value", "new"),
    [
        ("0.93", 0.9351, "0.94"),
        ("0.93", 0.9249, "0.92"),
        ("0.92", 0.9279, "0.93"),  # cut off, not rounded
        ("0.9300", 0.9279, "0.9279"),
        ("93%", 0.95, "95"),
        ("93.0 %", 0.9512, "95.1"),
        ("0.93%", 0.93, "93.00"),
        ("93%", 95.2, "95"),
        ("1.2e-3", 0.002, "2.0e-3"),
        ("1,234", 2345, "2,345"),
        ("0,93", 0.95, "0,95"),
        ("~0.93", 0.95, "0.95"),
        ("5", -3, "-3"),
        ("0.93", 10**300, "1" + "0" * 300 + ".00"),
        ("9007199254740992", 9007199254740993, "9007199254740993"),
    ],
)
def test_contradicts(text: str, value: float, new: str) -> None:
    said = figure(text)
    assert said is not None
    assert not said.agrees(value)
    assert said.rewritten(value) == new
    assert text[said.start :].startswith(said.digits)


@pytest.mark.parametrize(
    "text",
    [
        *("", "n/a", "-", "< 0.1", ">0.9", "≤1", "0.91 to 0.95", "0.91–0.95", "54 wines", "0.2 s"),
        *("1.2.3", "1,23,4", "v1", "0.93 0.95", "nan", "inf", "12:30", "2026-11-23", "1" * 500),
        *("1e9999", "٠٫٩٣", "0x1f", "1_000", "**0.93**"),
    ],
)
def test_is_no_figure(text: str) -> None:
    assert figure(text) is None


def test_a_percentage_without_its_sign_is_told() -> None:
    said = figure("93.4")
    assert said is not None
    assert not said.agrees(0.934)
    assert said.lacks_percent(0.934)


@given(
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12),
    st.integers(0, 12),
)
def test_every_rounding_of_a_value_agrees_with_it(value: float, decimals: int) -> None:
    said = figure(f"{Decimal(repr(value)):.{decimals}f}")
    assert said is not None
    assert said.agrees(value)


@given(
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9),
    st.from_regex(r"-?[0-9]{1,9}\.[0-9]{1,9}( ?%)?|[1-9][0-9]{0,2},[0-9]{3}", fullmatch=True),
)
def test_what_is_written_instead_agrees(value: float, text: str) -> None:
    said = figure(text)
    assert said is not None
    new = figure(text.replace(said.digits, said.rewritten(value), 1))
    assert new is not None
    assert new.agrees(value)
