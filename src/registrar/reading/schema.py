"""JSON Schemas: the bundled ones and the registry's own, and what they refuse."""

from __future__ import annotations

import json
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from registrar.domain.places import Route
from registrar.reading.json import read_json
from registrar.reading.quick_schema import Accepts, Unsupported, compile_schema

_MANY = 1_000
"""From so many documents on the import of jsonschema-rs pays."""


_DRAFTS = (
    "http://json-schema.org/draft-07/schema",
    "https://json-schema.org/draft-07/schema",
    "https://json-schema.org/draft/2020-12/schema",
)


class SchemaInvalidError(Exception):
    """A schema that is itself not a valid draft-07 or 2020-12 JSON Schema."""


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One refusal: where, by which keyword, what stands there, and the schema of that place.

    For ``required`` and ``additionalProperties`` the route ends with the key concerned.
    """

    route: Route
    keyword: str
    value: Any
    schema: Mapping[str, Any]


class Schema:
    """One JSON Schema, its validators made once; no reference leaves the document."""

    def __init__(self, raw: bytes, ours: bool = False) -> None:
        """Read a schema strictly, unless it is ``ours``: a file of the package, held by tests."""
        self.raw = raw
        self.ours = ours
        self._asked = 0
        self.document: Any = json.loads(raw) if ours else _parse(raw)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Schema, (self.raw, self.ours))

    @cached_property
    def _quick(self) -> Accepts | None:
        try:
            return compile_schema(self.document)
        except (Unsupported, KeyError, TypeError, AttributeError, re.error):
            return self._fast

    @cached_property
    def _fast(self) -> Accepts | None:
        """jsonschema-rs where it is installed: quicker, but its import has to be earned first."""
        from registrar.reading.fast_schema import compile_fast

        try:
            return compile_fast(self.document)
        except (KeyError, TypeError, AttributeError):
            return None

    def _accepts(self, data: Any) -> bool:
        """Tell quickly that nothing is refused; a no means that jsonschema has to be asked."""
        self._asked += 1
        quick = self._quick
        if self._asked > _MANY and quick is not None:
            quick = self._fast or quick
        return quick is not None and quick(data)

    @cached_property
    def _validator(self) -> Any:
        # imported here: a registry without a fault never needs it
        from jsonschema.validators import Draft7Validator, extend, validator_for
        from referencing import Registry

        empty: Registry[Any] = Registry()  # so that no reference is ever fetched
        found = validator_for(self.document, default=Draft7Validator)
        # 1.0 is an integer to JSON Schema; to every reader of ours it is none
        types = found.TYPE_CHECKER.redefine("integer", lambda checker, value: type(value) is int)
        strict: Any = extend(found, type_checker=types)  # type: ignore[no-untyped-call]
        return strict(self.document, registry=empty)

    def validate_itself(self) -> None:
        """Raise SchemaInvalidError where this is no JSON Schema, or a reference dangles."""
        if str(self.document.get("$schema", _DRAFTS[0])).rstrip("#") not in _DRAFTS:
            raise SchemaInvalidError("$schema is neither draft-07 nor 2020-12")
        from jsonschema.exceptions import SchemaError as Invalid
        from referencing.exceptions import Unresolvable

        try:
            self._validator.check_schema(self.document)
            probes: tuple[Any, ...] = ({}, [], "", 0)
            for probe in probes:
                list(self._validator.iter_errors(probe))
        except Invalid as error:
            raise SchemaInvalidError(str(error.message)[:300]) from error
        except (Unresolvable, re.error, RecursionError) as error:
            raise SchemaInvalidError(f"cannot be used: {str(error)[:300]}") from error

    def errors(self, data: Any) -> list[SchemaError]:
        """Everything that the schema refuses, by place."""
        if self._accepts(data):
            return []
        found: dict[tuple[Route, str], SchemaError] = {}
        for error in self._validator.iter_errors(data):
            for item in _expand(error):
                found.setdefault((item.route, item.keyword), item)
        return sorted(found.values(), key=lambda e: ([str(step) for step in e.route], e.keyword))

    def at(self, route: Route) -> Mapping[str, Any] | None:
        """The part of the schema that describes a route; None where it says nothing."""
        schema: Any = self.document
        for step in route:
            schema = self._follow(schema)
            if isinstance(step, int):
                schema = schema.get("items")
            else:
                schema = schema.get("properties", {}).get(step, schema.get("additionalProperties"))
            if not isinstance(schema, dict):
                return None
        found: Mapping[str, Any] = self._follow(schema)
        return found

    def _follow(self, schema: Any) -> Any:
        reference = schema.get("$ref", "")
        if isinstance(reference, str) and reference.startswith("#/$defs/"):
            return self.document["$defs"].get(reference.removeprefix("#/$defs/"), {})
        return schema


def _expand(error: Any) -> list[SchemaError]:
    route: Route = tuple(error.absolute_path)
    schema = error.schema if isinstance(error.schema, dict) else {}
    keyword, value = str(error.validator), error.instance
    if keyword == "required":
        missing = [name for name in schema["required"] if name not in value]
        return [SchemaError((*route, name), keyword, None, schema) for name in missing]
    if keyword == "additionalProperties" and schema.get(keyword) is False:
        patterns = schema.get("patternProperties", {})
        extra = [
            key
            for key in value
            if key not in schema.get("properties", {})
            and not any(re.search(pattern, key) for pattern in patterns)
        ]
        return [SchemaError((*route, key), keyword, value[key], schema) for key in extra]
    return [SchemaError(route, keyword, value, schema)]


def _parse(raw: bytes) -> Any:
    document = read_json(raw)
    if document.flaws:
        flaw = document.flaws[0]
        raise SchemaInvalidError(f"line {flaw.span.line}: {flaw.message}")
    if not isinstance(document.data, dict):
        raise SchemaInvalidError("a JSON Schema is a mapping")
    return document.data


@cache
def bundled_bytes(name: str) -> bytes:
    """The bytes of a schema in the package: metadata, dataset-manifest, policy or waivers."""
    raw = pkgutil.get_data("registrar.reading", f"schemas/{name}.json")
    if raw is None:
        raise FileNotFoundError(name)
    return raw


@cache
def bundled(name: str) -> Schema:
    """A schema of the package, read once."""
    return Schema(bundled_bytes(name), ours=True)


def to_json(value: Any, longest: int = 60) -> str:
    """A value as a person would write it in a message, cut to so many characters."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= longest else text[: longest - 1] + "…"
