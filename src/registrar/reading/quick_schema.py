"""A quick yes for documents that a JSON Schema allows; jsonschema speaks about the others.

``compile_schema`` turns a schema into nested closures. They say yes only where jsonschema
would; a no means "ask jsonschema", so that every message and every refusal is its own. Schemas
with keywords that are not listed here get no quick answer. Held equal to jsonschema by
``tests/reading/test_schema.py``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

Accepts = Callable[[Any], bool]

_SILENT = frozenset(
    ("$schema", "$defs", "title", "description", "examples", "errorMessage", "$comment", "default")
)
_TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "object": lambda value: type(value) is dict,
    "array": lambda value: type(value) is list,
    "boolean": lambda value: type(value) is bool,
    "integer": lambda value: type(value) is int,
    "number": lambda value: type(value) is int or type(value) is float,
    "null": lambda value: value is None,
}
_OF_TEXT = frozenset(("type", "minLength", "maxLength", "pattern"))
_MAX_DEPTH = 32


class Unsupported(Exception):  # noqa: N818
    """A keyword or shape of schema that gets no quick answer."""


class _Definitions:
    """The ``$defs`` of a schema, each compiled once, however many references lead to it."""

    __slots__ = ("made", "named")

    def __init__(self, named: Any) -> None:
        self.named = named
        self.made: dict[str, Accepts] = {}


def compile_schema(schema: Any) -> Accepts:
    """Compile a schema; raises Unsupported for what only jsonschema may judge."""
    if not isinstance(schema, dict):
        raise Unsupported("boolean schema")
    return _compile(schema, _Definitions(schema.get("$defs", {})), 0)


def _compile(schema: Any, root: _Definitions, depth: int) -> Accepts:
    if depth > _MAX_DEPTH or not isinstance(schema, dict):
        raise Unsupported("depth or boolean schema")
    reference = schema.get("$ref")
    if reference is not None:
        name = str(reference).removeprefix("#/$defs/")
        if f"#/$defs/{name}" != reference or name not in root.named:
            raise Unsupported(f"$ref {reference}")
        if schema.keys() - _SILENT - {"$ref"} or "~" in name or "%" in name:
            raise Unsupported("$ref beside other keywords, or to an escaped name")
        if name not in root.made:
            root.made[name] = _compile(root.named[name], root, depth + 1)
        return root.made[name]
    unknown = schema.keys() - _SILENT - _KEYWORDS.keys() - _OBJECT - {"type", "enum"}
    if unknown:
        raise Unsupported(", ".join(sorted(unknown)))
    if schema.get("type") == "string" and not schema.keys() - _SILENT - _OF_TEXT:
        return _text(schema)
    checks = [make(schema[word], root, depth) for word, make in _KEYWORDS.items() if word in schema]
    if schema.keys() & _OBJECT:
        checks.append(_object(schema, root, depth))
    return _all(_type(schema.get("type")), _enum(schema.get("enum")), checks)


def _text(schema: Mapping[str, Any]) -> Accepts:
    """What most values are, in one step: a text of some length, perhaps of a pattern."""
    least, most = schema.get("minLength", 0), schema.get("maxLength", sys.maxsize)
    if "pattern" not in schema:
        return lambda value: isinstance(value, str) and least <= len(value) <= most
    search = re.compile(schema["pattern"]).search
    return lambda value: (
        isinstance(value, str) and least <= len(value) <= most and search(value) is not None
    )


def _all(of_type: Accepts | None, enum: Accepts | None, checks: list[Accepts]) -> Accepts:
    tests = tuple(test for test in (of_type, enum, *checks) if test is not None)
    if len(tests) == 1:
        return tests[0]

    def accepts(value: Any) -> bool:
        for test in tests:
            if not test(value):
                return False
        return True

    return accepts


def _type(names: Any) -> Accepts | None:
    if names is None:
        return None
    wanted = [names] if isinstance(names, str) else names
    tests = tuple(_TYPES[name] for name in wanted)
    return tests[0] if len(tests) == 1 else lambda value: any(test(value) for test in tests)


def _enum(values: Any) -> Accepts | None:
    if values is None:
        return None
    allowed = {(type(value), value) for value in values if isinstance(value, str | int)}
    return lambda value: (
        isinstance(value, str | int)
        and ((str if isinstance(value, str) else type(value), value) in allowed)
    )


def _pattern(pattern: str, root: _Definitions, depth: int) -> Accepts:
    search = re.compile(pattern).search
    return lambda value: not isinstance(value, str) or search(value) is not None


def _length(limit: int, least: bool) -> Accepts:
    if least:
        return lambda value: not isinstance(value, str) or len(value) >= limit
    return lambda value: not isinstance(value, str) or len(value) <= limit


def _count(limit: int, least: bool) -> Accepts:
    if least:
        return lambda value: type(value) is not list or len(value) >= limit
    return lambda value: type(value) is not list or len(value) <= limit


def _bound(limit: float, least: bool) -> Accepts:
    def accepts(value: Any) -> bool:
        if type(value) is not int and type(value) is not float:
            return not isinstance(value, int | float) or type(value) is bool
        return value >= limit if least else value <= limit

    return accepts


def _items(schema: Any, root: _Definitions, depth: int) -> Accepts:
    accepts = _compile(schema, root, depth + 1)
    return lambda value: type(value) is not list or all(map(accepts, value))


def _object(schema: Mapping[str, Any], root: _Definitions, depth: int) -> Accepts:
    """properties, patternProperties, additionalProperties and required in one pass."""
    required = frozenset(schema.get("required", ()))
    known = {
        key: _compile(sub, root, depth + 1) for key, sub in schema.get("properties", {}).items()
    }
    patterns = [
        (re.compile(pattern).search, _compile(sub, root, depth + 1))
        for pattern, sub in schema.get("patternProperties", {}).items()
    ]
    if any(search(key) for search, _ in patterns for key in known):
        raise Unsupported("a key of properties that a pattern matches, too")
    rest = schema.get("additionalProperties", True)
    other = _compile(rest, root, depth + 1) if isinstance(rest, dict) else None

    def accepts(value: Any) -> bool:
        if type(value) is not dict:
            return not isinstance(value, dict)
        if not required <= value.keys():
            return False
        for key, item in value.items():
            accept = known.get(key)
            if accept is not None:
                if not accept(item):
                    return False
                continue
            matching = [sub for search, sub in patterns if search(key)]
            if not matching and (rest is False or (other is not None and not other(item))):
                return False
            if not all(sub(item) for sub in matching):
                return False
        return True

    return accepts


_OBJECT = frozenset(("properties", "patternProperties", "additionalProperties", "required"))
_KEYWORDS: dict[str, Callable[[Any, Any, int], Accepts]] = {
    "pattern": _pattern,
    "minLength": lambda limit, root, depth: _length(limit, least=True),
    "maxLength": lambda limit, root, depth: _length(limit, least=False),
    "minItems": lambda limit, root, depth: _count(limit, least=True),
    "maxItems": lambda limit, root, depth: _count(limit, least=False),
    "minimum": lambda limit, root, depth: _bound(limit, least=True),
    "maximum": lambda limit, root, depth: _bound(limit, least=False),
    "items": _items,
}
