"""A quick reader of plain YAML: what most documents of a registry are.

``read_plainly`` reads block mappings and lists, one-line flow collections, and scalars that
stand on one line and need no escape. What it gives is what the strict reader of ``yaml``
gives, with neither flaws nor ambiguous nor multi-line text; None means "ask the strict reader",
which alone speaks of flaws and knows places. Held equal by ``tests/reading/test_quick_yaml.py``.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from registrar.reading.quick_flow import Unsure, plain, read_flow

_MOST = 16_384
"""Characters of a document that is read quickly: no limit of the strict reader is near."""
_DEEPEST = 16
_LINE = re.compile(r"( *)(- +)?(?:([A-Za-z_][A-Za-z0-9_.-]{0,127}):(?: +|\Z))?(.*)")
_OTHER = object()
"""In the place of a value that is not there."""
_FLOW = object()
"""In the place of a value that is made anew each time."""
_KEPT = 4096
_KEPT_LENGTH = 120


class _Line(NamedTuple):
    """One line: its column, the columns of its ``- ``, its key and its value."""

    column: int
    dash: int
    key: str | None
    value: Any
    text: str


_known: dict[str, Any] = {}  # lines seen before: entries of one registry share most


def read_plainly(text: str) -> Any:
    """The data of a plain document; None where only the strict reader can tell."""
    if len(text) > _MOST or not text.replace("\n", " ").isprintable():
        return None
    try:
        return _read(text.split("\n"))
    except Unsure:
        return None


def _read(lines: list[str]) -> Any:
    """Read lines into nested containers; raises Unsure."""
    data: dict[str, Any] = {}
    here: Any = data  # the container that is being filled
    indent = 0  # the column of its keys or dashes
    is_list = False
    stack: list[tuple[Any, int, bool]] = []
    waiting: str | None = None  # the key whose value is on the lines below
    get = _known.get
    for raw in lines:
        line = get(raw, _OTHER)
        if line is _OTHER:
            line = _parse(raw)
        if line is None:
            continue
        column, dash, key, value, rest = line
        if waiting is not None:
            if column < indent or (column == indent and not dash) or len(stack) > _DEEPEST:
                raise Unsure
            stack.append((here, indent, False))
            inner: Any = [] if dash else {}
            here[waiting] = inner
            here, indent, is_list, waiting = inner, column, dash != 0, None
        else:
            while column < indent:
                here, indent, is_list = stack.pop()
            if is_list and not dash and column == indent and stack:
                here, indent, is_list = stack.pop()
            if column != indent or is_list != (dash != 0):
                raise Unsure
        if value is _FLOW:
            value = read_flow(rest)
        if key is None:
            here.append(value)
            continue
        if dash:
            stack.append((here, indent, True))
            item: dict[str, Any] = {}
            here.append(item)
            here, indent, is_list = item, column + dash, False
        if key in here:
            raise Unsure
        here[key] = value
        if value is _OTHER:
            waiting = key
    if waiting is not None or not data:
        raise Unsure
    return data


def _parse(raw: str) -> _Line | None:
    """Read one line by itself; None for a blank one and a comment. Raises Unsure."""
    line = _line(raw)
    if len(raw) <= _KEPT_LENGTH and (line is None or line.value is not _FLOW):
        if len(_known) >= _KEPT:
            _known.clear()
        _known[raw] = line
    return line


def _line(raw: str) -> _Line | None:
    match = _LINE.match(raw)
    if match is None:
        raise AssertionError(raw)  # it matches every line
    space, dash, key, rest = match.groups()
    if key is None and dash is None and (not rest or rest[0] == "#"):
        return None
    if key is None and (dash is None or not rest):
        raise Unsure
    if key is not None and type(plain(key)) is not str:
        raise Unsure
    value = _value(rest) if rest else _OTHER
    return _Line(len(space), len(dash or ""), key, value, rest)


def _value(rest: str) -> Any:
    """A value that stands on the line of its key; raises Unsure."""
    first = rest[0]
    if first in "\"'":
        if rest[-1] != first or rest.count(first) != 2 or "\\" in rest:
            raise Unsure
        return rest[1:-1]
    if first in "[{":
        return _FLOW
    if ": " in rest or " #" in rest or rest[-1] in ": ":
        raise Unsure
    return plain(rest)
