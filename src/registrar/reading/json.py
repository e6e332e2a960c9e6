"""A strict JSON reader with positions: no duplicate keys, no NaN, bounded depth and length."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from registrar.domain.places import TOP, Route, Span
from registrar.reading.characters import FORBIDDEN, control_flaws, describe
from registrar.reading.documents import (
    MAX_DEPTH,
    MAX_FLAWS,
    MAX_NODES,
    Document,
    Flaw,
    decode,
    unreadable,
)
from registrar.reading.json_faults import same_everywhere

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
"""A string that is not closed is one token to the end: looked at once, not from each quote."""
_FINITE = "JSON has finite numbers only; leave the value out"
_MAX_DIGITS = 300
"""More digits than any float holds."""


class _Refused(Exception):  # noqa: N818
    """A value that no document of ours may hold."""


class _Twice(Exception):  # noqa: N818
    """A key that came twice."""


class _Places:
    """Places in a text, looked for when the first finding asks."""

    __slots__ = ("spans", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans: dict[tuple[Route, bool], Span] | None = None

    def __call__(self, route: Route, key: bool) -> Span:
        if self.spans is None:
            self.spans = dict(_spans(self.text))
        return _place(self.spans, route, key)


def read_json(raw: bytes, special: str = _FINITE) -> Document:
    """Read one strict JSON document; never raises on any bytes.

    ``special`` is the hint for NaN and the infinities.
    """
    text, flaw = decode(raw)
    if flaw is None and text.startswith("\ufeff"):
        flaw = Flaw("the file begins with a byte order mark", "save it as UTF-8 without one")
    if flaw is not None:
        return unreadable(text, flaw)
    controls = control_flaws(text, raw)
    if controls:
        return unreadable(text, *controls)
    if not text.strip():
        return unreadable(text, Flaw("the file is empty", "fill it in"))
    too_deep = _too_deep(text)
    if too_deep is not None:
        return unreadable(text, too_deep)
    twice = False
    try:
        try:
            data = _STRICT.decode(text)
        except _Twice:  # the whole of it is looked at: it may hold something worse
            twice, data = True, _LENIENT.decode(text)
    except json.JSONDecodeError as error:
        told = same_everywhere(error)
        span = Span(told.lineno, told.colno, told.lineno, told.colno + 1)
        return unreadable(text, Flaw(f"not JSON: {told.msg}", _hint(text), span))
    except _Refused as error:
        literal = str(error)
        span = _find_literal(text, literal)
        return unreadable(text, Flaw(f"{literal[:40]} is not a JSON number", special, span))
    suspect = twice or "\\" in text or text.count(",") >= MAX_NODES
    flaws = tuple(_flaws(text)) if suspect else ()
    return Document(
        text,
        None if flaws else data,
        flaws,
        (),
        tuple(_multiline(data)) if "\\n" in text else (),
        _Places(text),
    )


def _multiline(data: Any) -> Iterator[Route]:
    waiting: list[tuple[Route, Any]] = [((), data)]
    while waiting:
        route, value = waiting.pop()
        if isinstance(value, str) and "\n" in value:
            yield route
        elif isinstance(value, dict):
            waiting += [((*route, key), item) for key, item in value.items()]
        elif isinstance(value, list):
            waiting += [((*route, index), item) for index, item in enumerate(value)]


def _constant(literal: str) -> float:
    raise _Refused(literal)


def _integer(literal: str) -> int:
    if len(literal) > _MAX_DIGITS:
        raise _Refused(literal)
    return int(literal)


def _float(literal: str) -> float:
    value = float(literal) if len(literal) <= _MAX_DIGITS else float("inf")
    if value in (float("inf"), float("-inf")):
        raise _Refused(literal)
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Twice
    return made


_STRICT = json.JSONDecoder(
    object_pairs_hook=_once, parse_constant=_constant, parse_int=_integer, parse_float=_float
)
_LENIENT = json.JSONDecoder(parse_constant=_constant, parse_int=_integer, parse_float=_float)


def _hint(text: str) -> str:
    if text.lstrip().startswith("```"):
        return "remove the lines that begin with ```"
    return "check the syntax of this line and the one above"


def _find_literal(text: str, literal: str) -> Span:
    for match in _TOKEN.finditer(text):
        if match.group() == literal:
            return _span(text, match.start(), match.end())
    return TOP


def _too_deep(text: str) -> Flaw | None:
    """Refuse depth before the recursive parser sees it."""
    depth = 0
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return None
    for count, match in enumerate(_TOKEN.finditer(text)):
        token = match.group()
        depth += (token in "[{") - (token in "]}")
        if depth > MAX_DEPTH or count > 4 * MAX_NODES:
            span = _span(text, match.start(), match.end())
            if depth > MAX_DEPTH:
                return Flaw(f"nested more than {MAX_DEPTH} levels deep", "write it flatter", span)
            return Flaw(f"more than {MAX_NODES:,} values", "split it", span)
    return None


def _span(text: str, start: int, end: int) -> Span:
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    return Span(line, column, line, column + end - start)


def _flaws(text: str) -> list[Flaw]:
    """Duplicate keys, and control characters that stand escaped in a string."""
    flaws: list[Flaw] = []
    seen: dict[tuple[Route, bool], Span] = {}
    nodes = 0
    for (route, is_key), span in _spans(text):
        nodes += not is_key
        name = route[-1] if route else ""
        if is_key and (route, True) in seen:
            first = seen[route, True].line
            message = f'duplicate key "{name}" (first on line {first})'
            flaws.append(Flaw(message, "keep one of the two", span))
        seen[route, is_key] = span
        if nodes > MAX_NODES:
            return [*flaws, Flaw(f"more than {MAX_NODES:,} values", "split it", span)]
        if len(flaws) >= MAX_FLAWS:
            return flaws
    if "\\" in text:
        for match in _TOKEN.finditer(text):
            token = match.group()
            found = FORBIDDEN.search(json.loads(token)) if token[0] == '"' else None
            if found and len(flaws) < MAX_FLAWS:
                span = _span(text, match.start(), match.end())
                message = f"{describe(found.group())} is not allowed"
                flaws.append(Flaw(message, "remove it; no document needs it", span))
    return flaws


def _spans(text: str) -> Iterator[tuple[tuple[Route, bool], Span]]:
    """Walk valid JSON and give ((route, is key), span) for every key and value."""
    stack: list[Any] = []  # a key or None for a mapping, a number for a list
    starts: list[tuple[int, int]] = []
    expect_key = False
    line, line_start, seen = 1, 0, 0
    for match in _TOKEN.finditer(text):
        passed = text.count("\n", seen, match.start())
        if passed:
            line += passed
            line_start = text.rfind("\n", seen, match.start()) + 1
        seen = match.start()
        token, column = match.group(), match.start() - line_start + 1
        span = Span(line, column, line, column + len(token))
        if token in "}]":
            stack.pop()
            start_line, start_column = starts.pop()
            end = (line, column + 1) if line == start_line else (start_line, start_column + 1)
            yield (tuple(stack), False), Span(start_line, start_column, *end)
            expect_key = False
        elif token in "{[":
            starts.append((line, column))
            stack.append(None if token == "{" else 0)
            expect_key = token == "{"
        elif token == ",":
            if isinstance(stack[-1], int):
                stack[-1] += 1
            else:
                expect_key = True
        elif token == ":":
            expect_key = False
        elif expect_key:
            stack[-1] = json.loads(token)
            yield (tuple(stack), True), span
        else:
            yield (tuple(stack), False), span


def _place(spans: dict[tuple[Route, bool], Span], route: Route, key: bool) -> Span:
    while route and (route, False) not in spans:
        route, key = route[:-1], True
    return spans.get((route, True), spans.get((route, False), TOP)) if key else spans[route, False]
