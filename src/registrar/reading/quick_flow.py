"""What the quick reader of YAML takes for a plain scalar and for a flow collection."""

from __future__ import annotations

import re
from typing import Any

from registrar.reading.documents import Ambiguous
from registrar.reading.scalars import SUSPECT, resolve

_TOKEN = re.compile(
    r""" *(?:"([^"\\]*)"|([\[\]{},]|:(?= ))"""
    r"""|([A-Za-z0-9_./+](?:[A-Za-z0-9_./+@-]|:(?=[A-Za-z0-9/])|\ +(?=[A-Za-z0-9_./+-]))*)) *"""
)
_DEEPEST = 8


class Unsure(Exception):  # noqa: N818
    """Only the strict reader can tell."""


def plain(text: str) -> Any:
    """The value of a plain scalar that cannot be anything else; raises Unsure.

    That it holds nothing which ends a plain scalar has been looked at.
    """
    first = text[0]
    if first not in SUSPECT:
        if first.isalpha() or first in "_/(":
            return text
        raise Unsure
    if first in "-~=<" and not (first == "-" and text[1:2].isalnum()):
        raise Unsure
    value = resolve(text)
    if type(value) is Ambiguous:
        raise Unsure
    return value


def read_flow(text: str) -> Any:
    """A flow list or mapping that stands on one line, and nothing behind it; raises Unsure."""
    tokens: list[tuple[str, str, str]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Unsure
        tokens.append((match[1], match[2], match[3]))
        at = match.end()
    value, end = _flow(tokens, 0, 0)
    if end != len(tokens):
        raise Unsure
    return value


def _flow(tokens: list[tuple[str, str, str]], at: int, depth: int) -> tuple[Any, int]:
    """The value that begins at a token, and the number of the token behind it."""
    if at >= len(tokens) or depth > _DEEPEST:
        raise Unsure
    quoted, sign, word = tokens[at]
    if quoted is not None:
        return quoted, at + 1
    if word is not None:
        return plain(word), at + 1
    if sign == "[":
        return _list(tokens, at + 1, depth)
    if sign == "{":
        return _mapping(tokens, at + 1, depth)
    raise Unsure


def _list(tokens: list[tuple[str, str, str]], at: int, depth: int) -> tuple[list[Any], int]:
    items: list[Any] = []
    if at < len(tokens) and tokens[at][1] == "]":
        return items, at + 1
    while True:
        item, at = _flow(tokens, at, depth + 1)
        items.append(item)
        sign = tokens[at][1] if at < len(tokens) else None
        if sign == "]":
            return items, at + 1
        if sign != ",":
            raise Unsure
        at += 1


def _mapping(tokens: list[tuple[str, str, str]], at: int, depth: int) -> tuple[Any, int]:
    items: dict[str, Any] = {}
    if at < len(tokens) and tokens[at][1] == "}":
        return items, at + 1
    while at + 1 < len(tokens):
        key = tokens[at][2]
        if key is None or type(plain(key)) is not str or tokens[at + 1][1] != ":" or key in items:
            raise Unsure
        items[key], at = _flow(tokens, at + 2, depth + 1)
        sign = tokens[at][1] if at < len(tokens) else None
        if sign == "}":
            return items, at + 1
        if sign != ",":
            raise Unsure
        at += 1
    raise Unsure
