"""``.gitattributes`` as git reads it: patterns, what they set, and macros.

Source: gitattributes(5) and git's ``attr.c``. Texts have one character a byte (latin-1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from registrar.reading.attribute_patterns import Pattern, read_pattern
from registrar.reading.documents import MAX_BYTES

SET: Final = "+"
UNSET: Final = "-"
UNSPECIFIED: Final = "!"
"""What a name alone, after ``-`` and after ``!`` comes to; any other value begins with ``=``."""
_MAX_LINE = 2048
"""Newer versions of git ignore longer lines, older ones do not."""
_BLANK = " \t\r\n"
_WORD = re.compile(r"[^ \t\r\n]+")
_NAME = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\(?:[abfnrtv"\\]|[0-3][0-7]{2}))*)"')
_ESCAPE = re.compile(r'\\(?:([0-3][0-7]{2})|([abfnrtv"\\]))')
_MEANING = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_MACRO = "[attr]"
_MARK = b"\xef\xbb\xbf"
_RESERVED = "builtin_"
"""Newer versions of git drop a line with such a name, older ones do not."""


@dataclass(frozen=True, slots=True)
class AttributesLine:
    """One line: what it sets, for what its pattern matches, or by the name of its macro."""

    number: int
    text: str
    """As it is written, for people."""
    sets: tuple[tuple[str, str], ...]
    pattern: Pattern | None
    macro: str | None
    certain: bool
    """False where some versions of git ignore the line."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """A read file; ``fault`` says why nothing of it was read."""

    lines: tuple[AttributesLine, ...] = ()
    fault: str = ""


def read_attributes(raw: bytes, macros: bool) -> Attributes:
    """Read a file; never raises. Macros count at the top and outside the tree only."""
    if len(raw) > MAX_BYTES:
        return Attributes(fault=f"it is larger than {MAX_BYTES:,} bytes")
    if b"\0" in raw:
        return Attributes(fault="it is binary")
    texts = raw.removeprefix(_MARK).decode("latin-1").split("\n")
    found = (_line(number, text, macros) for number, text in enumerate(texts, start=1))
    lines = [line for line in found if line is not None]
    if raw.startswith(_MARK) and lines and lines[0].number == 1:
        lines[0] = replace(lines[0], certain=False)  # git takes the mark off a file, not off a blob
    return Attributes(tuple(lines))


def shown(name: str, value: str) -> str:
    """An assignment as it is written in such a file."""
    return name if value == SET else f"{name}{value}" if value[0] == "=" else f"{value}{name}"


def _line(number: int, written: str, macros: bool) -> AttributesLine | None:
    text = written.strip(_BLANK)
    if not text or text.startswith("#"):
        return None
    quoted = _QUOTED.match(text)
    if quoted is not None:
        first, rest = _ESCAPE.sub(_unescaped, quoted[1]), text[quoted.end() :]
    else:
        first = _WORD.findall(text)[0]
        rest = text[len(first) :]
    first = first.partition("\0")[0]
    macro = None
    if first.startswith(_MACRO) and first != _MACRO:
        macro = next(iter(_WORD.findall(first.removeprefix(_MACRO))), "")
        if not macros or not _NAME.fullmatch(macro):
            return None
    sets = tuple(_assignments(rest))
    if not all(_NAME.fullmatch(name) for name, _ in sets):
        return None  # git drops the whole line
    people = text.encode("latin-1").decode("utf-8", "replace")
    pattern = None if macro is not None else read_pattern(first)
    reserved = any(name.startswith(_RESERVED) for name, _ in sets)
    certain = len(written) < _MAX_LINE and not reserved
    return AttributesLine(number, people, sets, pattern, macro, certain)


def _assignments(text: str) -> Iterator[tuple[str, str]]:
    for word in _WORD.findall(text):
        name, equals, value = word.partition("=")
        if name[:1] in (UNSET, UNSPECIFIED):
            yield name[1:], name[0]
        else:
            yield name, f"={value}" if equals else SET


def _unescaped(found: re.Match[str]) -> str:
    octal, letter = found[1], found[2]
    return chr(int(octal, 8)) if octal else _MEANING.get(letter, letter)
