"""What a plain YAML scalar is taken for, by YAML 1.1 and by YAML 1.2.

A scalar that both versions take for text is text. One that YAML 1.2 (core schema) takes for a
number, a boolean or null gets that value, so that a schema which wants text refuses it. One
that only YAML 1.1 takes for something else, or that the two read differently, stays text and
is marked ambiguous.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from registrar.reading.documents import Ambiguous

Plain = str | int | float | bool | None

SUSPECT = frozenset("0123456789+-.~nNyYtTfFoO=<")
"""First characters of everything that is not plainly text."""

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_DIGEST = re.compile(r"(?!0[xXbB])[0-9]+[A-Za-z][0-9A-Za-z]*")
"""Begins with a digit, holds a letter and no sign: no number to YAML 1.1, and no date."""
_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_KINDS = {"int": "a number", "float": "a number", "bool": "a truth value", "timestamp": "a date"}
_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))
"""Everything that begins with a letter and is no text to YAML 1.1."""
_MAX_DIGITS = 300
"""More digits than any float holds."""


@lru_cache(maxsize=8192)
def resolve(text: str) -> Plain:
    """Give the value of a plain scalar; ``Ambiguous`` where it must be quoted to be text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if len(text) > _MAX_DIGITS:
        return text if text[:40].strip("0123456789+-._") else Ambiguous(text, "a number")
    if _INT.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        value = float(text)
        leading_zero = text.lstrip("+-")[:2].isdigit() and text.lstrip("+-").startswith("0")
        return Ambiguous(text, "a number") if leading_zero or math.isinf(value) else value
    kind = _yaml_1_1(text)
    return Ambiguous(text, kind) if kind else text


def _yaml_1_1(text: str) -> str | None:
    if text[0].isalpha() and text.lower() not in _WORDS:
        return None
    if "/" in text or _DIGEST.fullmatch(text):
        return None
    if text in ("y", "Y", "n", "N"):
        return "a truth value"
    from yaml.resolver import Resolver  # most documents hold nothing that asks for it

    for tag, pattern in Resolver.yaml_implicit_resolvers.get(text[0], ()):
        if pattern.match(text):
            return _KINDS.get(tag.rpartition(":")[2], "something other than text")
    return "a number" if text.lstrip("+-").lower() in (".inf", ".nan") else None
