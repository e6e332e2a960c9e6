"""Text of documents on its way to a terminal."""

from __future__ import annotations

import re

COMMAND = re.compile(r"##(?=[A-Za-z]*\[)")
"""What CI systems obey anywhere in a line of a log: ``##[error]``, ``##vso[``, ``##teamcity[``."""


def escape(text: str) -> str:
    """Write every character that a terminal could act on, or not show, as an escape.

    Printable characters of any script stay; controls, bidirectional and zero-width characters,
    line and paragraph separators and surrogates become ``\\xNN`` or ``\\uNNNN``. What a log of CI
    would obey is broken up in the same way.
    """
    if not text.isprintable():
        text = "".join(char if char.isprintable() else _escaped(char) for char in text)
    return without_commands(text)


def without_commands(text: str) -> str:
    """Break what a CI system obeys in the middle of a line; ``::`` is obeyed at its start only."""
    return COMMAND.sub(r"#\\x23", text) if "##" in text else text


def _escaped(char: str) -> str:
    code = ord(char)
    if char == "\t":
        return " "
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
