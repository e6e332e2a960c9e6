"""Edits of a read document: a scalar's text, or a key beside another one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from registrar.domain.findings import Edit, Fix
from registrar.domain.places import Route, Span
from registrar.reading.documents import Document, Flaw, lines_of
from registrar.reading.scalars import resolve

Value = str | int | Sequence[Mapping[str, str | int]]
"""What may be added: a scalar, or a list of flat mappings."""

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./+-]*")


def quoted(path: str, flaw: Flaw) -> Fix | None:
    """The fix of a coerced scalar.

    None in JSON: a number there was already a number to whatever wrote it, perhaps with fewer
    digits than a person meant.
    """
    if flaw.instead is None or path.endswith(".json"):
        return None
    return Fix(f"write {flaw.instead[:80]}", (Edit(path, flaw.span, flaw.instead),))


def written(document: Document, route: Route) -> Span | None:
    """Where the text of a scalar stands as it is, its quotes left out.

    None where it is no text, has escapes, or is folded over lines.
    """
    value = _value(document, route)
    span = document.span(route)
    lines = lines_of(document.text)
    if not isinstance(value, str) or span.line != span.end_line or span.line > len(lines):
        return None
    shown = lines[span.line - 1][span.column - 1 : span.end_column - 1]
    if shown == value:
        return span
    if shown in (f'"{value}"', f"'{value}'"):
        return Span(span.line, span.column + 1, span.line, span.end_column - 1)
    return None


def rewrite(
    path: str, document: Document, route: Route, text: str, part: tuple[int, int] | None = None
) -> Edit | None:
    """Another text for a scalar, or for a part of it; its quotes stay.

    ``text`` must be one that needs no other quotes than the present one.
    """
    span = written(document, route)
    if span is None:
        return None
    begin, end = part or (0, span.end_column - span.column)
    column = span.column
    return Edit(path, Span(span.line, column + begin, span.line, column + end), text)


def add_key(path: str, document: Document, beside: Route, key: str, value: Value) -> Edit | None:
    """A new key behind another one of its mapping, in the style of that mapping.

    None where the other value is not plainly on one line. A block mapping gets a line of its
    own, below the line of the other key and its comment.
    """
    span, key_span = document.span(beside), document.span(beside, key=True)
    if written(document, beside) is None:
        return None
    lines = lines_of(document.text)
    line = lines[span.line - 1].removesuffix("\r")
    key_line = lines[key_span.line - 1]
    quote = key_line[key_span.column - 1]
    key = f"{quote}{key}{quote}" if quote in "\"'" else key
    indent = " " * (key_span.column - 1)
    parent = document.span(beside[:-1])
    is_json = path.endswith(".json")
    if lines[parent.line - 1][parent.column - 1 : parent.column] != "{":
        at = Span(span.line, len(line) + 1, span.line, len(line) + 1)
        return Edit(path, at, f"\n{indent}{key}:{_block(value, indent)}")
    alone = not key_line[: key_span.column - 1].strip() and "#" not in line[span.end_column - 1 :]
    lead = f",\n{key_line[: key_span.column - 1]}" if alone else ", "
    at = Span(span.line, span.end_column, span.line, span.end_column)
    return Edit(path, at, f"{lead}{key}: {_flow(value, is_json)}")


def _value(document: Document, route: Route) -> object:
    value = document.data
    for step in route:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _block(value: Value, indent: str) -> str:
    if isinstance(value, str | int):
        return f" {_flow(value, False)}"
    return "".join(f"\n{indent}- {_flow_mapping(item, False)}" for item in value)


def _flow(value: Value, is_json: bool) -> str:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        plain = not is_json and _PLAIN.fullmatch(value) and type(resolve(value)) is str
        return value if plain else json.dumps(value, ensure_ascii=False)
    return f"[{', '.join(_flow_mapping(item, is_json) for item in value)}]"


def _flow_mapping(item: Mapping[str, str | int], is_json: bool) -> str:
    pairs = (
        f"{json.dumps(key) if is_json else key}: {_flow(value, is_json)}"
        for key, value in item.items()
    )
    return f"{{{', '.join(pairs)}}}"
