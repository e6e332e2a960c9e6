"""Text of documents on its way to a terminal."""

from __future__ import annotations


def escape(text: str) -> str:
    """Write every character that a terminal could act on, or not show, as an escape.

    Printable characters of any script stay; controls, bidirectional and zero-width characters,
    line and paragraph separators and surrogates become ``\\xNN`` or ``\\uNNNN``.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    code = ord(char)
    if char == "\t":
        return " "
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
