"""A quick yes by jsonschema-rs, where it is installed: the extra ``[fast]``.

``compile_fast`` takes schemas only of keywords about which a yes of jsonschema-rs is a yes of
jsonschema: none that turns a no of a part into a yes of the whole (``not``, ``oneOf``, ``if``),
and patterns that Rust and Python read alike. A no means "ask jsonschema". Held equal by
``tests/reading/test_fast_schema.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

Accepts = Callable[[Any], bool]

_DRAFTS = {
    None: "Draft7Validator",
    "http://json-schema.org/draft-07/schema#": "Draft7Validator",
    "http://json-schema.org/draft-07/schema": "Draft7Validator",
    "https://json-schema.org/draft/2020-12/schema": "Draft202012Validator",
}
_SILENT = frozenset(
    ("title", "description", "examples", "errorMessage", "$comment", "default", "$schema")
)
_PLAIN = frozenset(
    (
        *("type", "enum", "const", "required", "minLength", "maxLength", "minimum", "maximum"),
        *("minItems", "maxItems", "minProperties", "maxProperties"),
    )
)
_OF_SCHEMA = frozenset(("additionalProperties", "items", "propertyNames"))
_OF_SCHEMAS = frozenset(("allOf", "anyOf"))
_OF_NAMED = frozenset(("properties", "patternProperties", "$defs", "definitions"))
_PATTERN = re.compile(
    r"""(?!.*(?:--|[*+?}]\+))"""
    r"""\^?(?:[A-Za-z0-9 _:/@,;=~<>&%#!'"-]|\\[.+*?/|(){}\[\]$^\\-]|\((?:\?:)?|[)|*+?]"""
    r"""|\{[0-9]+(?:,[0-9]*)?\}|\[\^?(?:[A-Za-z0-9 _:/@,;=.+*?-]|\\[.\]\[\\-])+\])*\$?"""
)
"""Literals, groups, alternatives, repetition and plain classes: no lookaround, no ``\\w``."""
_MOST = 2**53
"""Whole numbers beyond are rounded by whoever takes them for floats."""
_DEEPEST = 32


def compile_fast(schema: Any) -> Accepts | None:
    """A quick yes for a schema; None without jsonschema-rs, or for what only jsonschema reads."""
    if not isinstance(schema, dict) or schema.get("$schema") not in _DRAFTS:
        return None
    if not _supported(schema, schema, 0):
        return None
    try:
        import jsonschema_rs
    except ImportError:
        return None
    try:
        make: Any = getattr(jsonschema_rs, _DRAFTS[schema.get("$schema")])
        is_valid: Accepts = make(schema, validate_formats=False).is_valid
    except (ValueError, TypeError, AttributeError, jsonschema_rs.ReferencingError):
        return None

    def accepts(value: Any) -> bool:
        try:
            return is_valid(value) and _plainly_typed(value)
        except ValueError:  # a kind of text, or a number, that it does not know
            return False

    return accepts


def _plainly_typed(value: Any) -> bool:
    """Tell that no number is a whole float, an integer to JSON Schema and to no reader of ours.

    Nor may it be infinite: Rust has null in its place.
    """
    waiting: list[Any] = [[value]]
    while waiting:
        items = waiting.pop()
        for item in items.values() if type(items) is dict else items:
            kind = type(item)
            if kind is dict or kind is list:
                waiting.append(item)
            elif kind is float:
                if item.is_integer() or not isfinite(item):
                    return False
            elif kind is int and not -_MOST <= item <= _MOST:
                return False
    return True


def _supported(schema: Any, root: Mapping[str, Any], depth: int) -> bool:
    """Tell whether all of a schema is of the kind that both validators read alike."""
    if isinstance(schema, bool):
        return True
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return False
    for word, value in schema.items():
        if word in _SILENT or word in _PLAIN:
            good = word not in ("minimum", "maximum") or abs(value) <= _MOST
        elif word in _OF_SCHEMA:
            good = _supported(value, root, depth + 1)
        elif word in _OF_SCHEMAS or word in _OF_NAMED:
            parts = value.values() if isinstance(value, dict) else value
            good = all(_supported(part, root, depth + 1) for part in parts)
            if word == "patternProperties":
                # "$" before a last line end is an end to Python alone: a key would be another one
                good = good and all(_PATTERN.fullmatch(p) and p[-1:] != "$" for p in value)
        elif word == "pattern":
            good = _PATTERN.fullmatch(value) is not None
        else:
            good = word == "$ref" and _refers(value, root)
        if not good:
            return False
    return True


def _refers(reference: Any, root: Mapping[str, Any]) -> bool:
    """Tell a reference to a definition of the document that leads to no other reference.

    Definitions are looked at where they stand; cycles would be a matter of the stack.
    """
    for place in ("$defs", "definitions"):
        name = str(reference).removeprefix(f"#/{place}/")
        if f"#/{place}/{name}" == reference:
            found = root.get(place, {}).get(name)
            return found is not None and not _has_reference(found)
    return False


def _has_reference(schema: Any) -> bool:
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if "$ref" in part:
                return True
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return False
