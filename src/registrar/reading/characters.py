"""Characters that no document may hold: C0 and C1 controls, bidirectional controls."""

from __future__ import annotations

import codecs
import re
import unicodedata

from registrar.domain.places import Span
from registrar.reading.documents import MAX_FLAWS, Flaw

_ALLOWED = bytes(b for b in range(256) if b in (0x09, 0x0A, 0x0D) or 0x20 <= b < 0x7F)
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    "\ud800-\udfff]|(?<!\\A)\ufeff|\r(?!\n)"
)


_BINARY = re.compile("[\x00-\x08\x0b\x0e-\x1f]")


def control_flaws(text: str, raw: bytes) -> list[Flaw]:
    """Find every forbidden character in a text; ``raw`` are its bytes, for the quick look."""
    if b"\r" not in raw and not raw.translate(None, _ALLOWED):
        return []
    flaws: list[Flaw] = []
    for match in FORBIDDEN.finditer(text):
        if len(flaws) == MAX_FLAWS:
            break
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - (text.rfind("\n", 0, match.start()) + 1) + 1
        flaws.append(
            Flaw(
                f"{describe(match.group())} is not allowed",
                "remove it; tabs and line ends are the only control characters of a document",
                Span(line, column, line, column + 1),
            )
        )
    return flaws


def begins_as_text(head: bytes) -> bool:
    """Tell whether bytes, perhaps cut within a character, are UTF-8 without control characters."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return _BINARY.search(text) is None


def describe(char: str) -> str:
    """Name a character without printing it: ``control character U+001B``."""
    kind = "bidirectional control" if unicodedata.category(char) == "Cf" else "control"
    name = unicodedata.name(char, "")
    return f"{kind} character U+{ord(char):04X}" + (f" ({name})" if name else "")
