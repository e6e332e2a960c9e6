"""Text of a file, as it is quoted in what is told of it."""

from __future__ import annotations

import pytest

from registrar.integrations.scanning.headers.troubles import allowing, between, byte, quoted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("größe ✓", '"größe ✓"'),
        ('say "hi" \\ there', '"say \\"hi\\" \\\\ there"'),
        ("\x1b[2J\n\r\t\0", r'"\x1b[2J\n\r\t\x00"'),
        ("\u202eevil\u2028\ufeff", r'"\u202eevil\u2028\ufeff"'),
        ("\ud800", r'"\ud800"'),
        (b"caf\xc3\xa9 \xff", r'"café \\xff"'),
        ("x" * 61, '"' + "x" * 60 + '…"'),
        (b"x" * 10_000_000, '"' + "x" * 60 + '…"'),
        ("", '""'),
    ],
)
def test_quoted(text, shown):
    assert quoted(text) == shown
    assert quoted(text).isprintable()


def test_places():
    assert byte(1234567) == "byte 1,234,567"
    assert between(1000, 1001) == "bytes 1,000 to 1,000"


def test_what_may_be_allowed():
    assert allowing("os", "system") == "do not load it, and ask where it came from"
    assert allowing("builtins", "exec") == "do not load it, and ask where it came from"
    assert 'allow = ["datetime:timedelta"]' in allowing("datetime", "timedelta")
    assert 'allow = ["acme.models:Mine"]' in allowing("acme.models", "Mine")
