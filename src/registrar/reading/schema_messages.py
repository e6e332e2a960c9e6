"""What a schema refuses, said as a person would: one message per keyword, from the schema."""

from __future__ import annotations

import re
from typing import Any

from registrar.domain.places import Route, Span, dotted
from registrar.reading.documents import Ambiguous, Document, Flaw, lines_of
from registrar.reading.nearest import nearest
from registrar.reading.scalars import resolve
from registrar.reading.schema import Schema, SchemaError, to_json

_HEX = re.compile(r"[0-9a-f]{32,}")
_ADDRESS = re.compile(r"https?://[^\s\"]+")
"""What an example holds that somebody else must never copy: it would be a fact, and a false one."""
_ARTICLES = {
    "string": "text",
    "object": "a mapping",
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "null": "nothing",
}


def schema_flaws(schema: Schema, document: Document) -> list[tuple[Route, str, Flaw]]:
    """All that a schema refuses in a document: (route, keyword, flaw), by place.

    Besides the schema's own keywords ``ambiguous`` is one: a scalar to be quoted.
    """
    refused = schema.errors(document.data)
    if not refused and not document.ambiguous:
        return []
    quoted = [
        route
        for route in document.ambiguous
        if (wanted := schema.at(route)) is not None and "string" in _types(wanted)
    ]
    errors = _one_cause(refused)
    found = [(e.route, e.keyword, _flaw(e, document)) for e in errors if e.route not in quoted]
    found += [(route, "ambiguous", _quote(route, document)) for route in quoted]
    once = {(route, flaw): word for route, word, flaw in reversed(found)}
    found = [(route, word, flaw) for (route, flaw), word in once.items()]
    found.reverse()  # a text that is too long for its pattern is told once
    return sorted(found, key=lambda item: (item[2].span, item[0] == (), item[1]))


_MEANT = {
    **{"bytes": "size", "size": "bytes", "file": "path", "filename": "path", "hash": "sha256"},
    **{"checksum": "sha256", "digest": "sha256", "revision": "commit", "repo": "repository"},
}
"""What people write for keys that are spelled quite otherwise."""


def _meant(key: str, schema: Any) -> str | None:
    """The key of a schema that was probably meant."""
    known = list(schema.get("properties", {}))
    return _MEANT[key] if _MEANT.get(key) in known else nearest(key, known)


def _one_cause(errors: list[SchemaError]) -> list[SchemaError]:
    """Leave out that a key is missing where a misspelt one stands in its place."""
    meant = set()
    for error in errors:
        if error.keyword == "additionalProperties":
            guess = _meant(str(error.route[-1]), error.schema)
            meant.add((*error.route[:-1], guess))
    return [e for e in errors if not (e.keyword == "required" and e.route in meant)]


def _types(schema: Any) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def _flaw(error: SchemaError, document: Document) -> Flaw:
    name, schema = dotted(error.route), error.schema
    match error.keyword:
        case "required":
            return _missing(error, document)
        case "additionalProperties":
            return _unknown(error, document)
        case "type":
            return _type(error, document)
        case "enum":
            message = f"{name} is {to_json(error.value)}"
            choices = ", ".join(to_json(value) for value in schema["enum"])
            hint = f"one of {choices}"
            guess = nearest(str(error.value), [v for v in schema["enum"] if isinstance(v, str)])
            hint = f'did you mean "{guess}"?' if guess else hint
        case "pattern" | "minLength" | "maxLength" if error.value == "":
            message, hint = f"{name} is empty", "fill it in, or leave the key out"
        case "minItems":
            message, hint = f"{name} is an empty list", "name at least one, or leave the key out"
        case "pattern" | "maxLength":
            message = f"{name} is {to_json(error.value)}"
            hint = str(schema.get("errorMessage", f"at most {schema.get('maxLength')} characters"))
        case _:
            message = f"{name} is {to_json(error.value)}"
            limit = schema.get(error.keyword)
            hint = str(schema.get("errorMessage", f"{error.keyword} is {to_json(limit)}"))
    return Flaw(message, hint, document.span(error.route))


def _missing(error: SchemaError, document: Document) -> Flaw:
    name = str(error.route[-1])
    described = error.schema.get("properties", {}).get(name, {})
    about = described.get("description", "")
    examples = described.get("examples", [])
    shown = _HEX.sub(
        "<hex>", _ADDRESS.sub("<address>", to_json(examples[0], 200) if examples else "")
    )
    hint = f"add {name}: {shown}" if examples else f"add {name}"
    return Flaw(
        f"{dotted(error.route)} is missing" + (f" ({about.rstrip('.')})" if about else ""),
        hint,
        document.span(error.route),
    )


def _unknown(error: SchemaError, document: Document) -> Flaw:
    key = str(error.route[-1])
    guess = _meant(key, error.schema)
    own = "^x-" in error.schema.get("patternProperties", {})
    hint = f'did you mean "{guess}"?' if guess else "remove it"
    if not guess and own:
        hint = f"remove it, or name it x-{key} if it is your own"
    message = f'unknown key "{key}"'
    where = dotted(error.route[:-1])
    return Flaw(
        message + (f" in {where}" if where else ""), hint, document.span(error.route, key=True)
    )


def _type(error: SchemaError, document: Document) -> Flaw:
    wanted = _types(error.schema)
    name = dotted(error.route) or "the document"
    span = document.span(error.route)
    scalar = isinstance(error.value, str | int | float | bool) or error.value is None
    if "string" in wanted and scalar and error.value is not None:
        return _quote(error.route, document)
    said = " or ".join(_ARTICLES.get(kind, kind) for kind in wanted)
    found = "empty" if error.value is None else _ARTICLES[_kind(error.value)]
    examples = error.schema.get("examples", [])
    hint = f"write {said}" + (f", such as {to_json(examples[0], 200)}" if examples else "")
    if isinstance(error.value, Ambiguous):
        hint = "write a number in its plain form, such as 0.001 or 1e-3"
    return Flaw(f"{name} must be {said}, and is {found}", hint, span)


def _quote(route: Route, document: Document) -> Flaw:
    span = document.span(route)
    value: Any = document.data
    for step in route:
        value = value[step]
    written = str(value)
    if span.line == span.end_line:
        line = lines_of(document.text)[span.line - 1]
        written = line[span.column - 1 : span.end_column - 1] or written
    taken = value.taken_for if isinstance(value, Ambiguous) else _ARTICLES[_kind(value)]
    message = f"{dotted(route)}: {written[:80]} is taken for {taken}, and text is wanted"
    return Flaw(message, f'quote it: "{written[:80]}"', span, _quoted(written, value, span))


def _quoted(written: str, value: Any, span: Span) -> str | None:
    """The same characters in quotes, where they alone are what was read."""
    read = resolve(written) if span.line == span.end_line and written else None
    same = type(read) is type(value) and read == value
    return f'"{written}"' if same and not {'"', "\\"} & set(written) else None


def _kind(value: Any) -> str:
    kinds = {bool: "boolean", int: "integer", float: "number", dict: "object", list: "array"}
    return "null" if value is None else kinds.get(type(value), "string")
