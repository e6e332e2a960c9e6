"""A yes of jsonschema-rs, and of the closures, is a yes of jsonschema."""

from __future__ import annotations

import builtins
import itertools
import json
import random
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from builders import good_entry

from registrar.reading import schema as schemas
from registrar.reading.documents import Ambiguous
from registrar.reading.fast_schema import compile_fast
from registrar.reading.quick_schema import compile_schema
from registrar.reading.schema import Schema, bundled, bundled_bytes
from registrar.reading.yaml import read_yaml

pytest.importorskip("jsonschema_rs")
TESTS = Path(__file__).parent.parent
DOCUMENTS = {"metadata": "metadata.yaml", "dataset-manifest": "dataset-manifest.yaml"}
ODD = [
    *(None, True, False, 0, 1, -1, 1.0, 0.5, 2.0, 2**53 + 1, 10**30, float("nan"), float("inf")),
    *("", "x", "x\n", "é", "\ud800", "0" * 64, "1.0.0\n", [], {}, [1.0], {"a": 1.0}, {"x-a\n": 1}),
    *(Ambiguous("no", "a truth value"), "MIT", [[]], {"path": "a"}, "a\r", "\u2028"),
]


@cache
def _both(text: str) -> tuple[Any, Any]:
    return compile_fast(json.loads(text)), Schema(text.encode())._validator


def said_yes(schema: dict[str, Any], value: Any) -> bool:
    """Tell whether the quick yes was given; where it was, jsonschema refuses nothing."""
    accepts, validator = _both(json.dumps(schema))
    if not accepts(value):
        return False
    assert not list(validator.iter_errors(value)), value
    return True


def _damaged(value: Any, chance: random.Random) -> Any:
    """A value with one thing changed somewhere in it."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        copy = dict(value)
        key = chance.choice(sorted(copy))
        action = chance.random()
        if action < 0.2:
            del copy[key]
        elif action < 0.35:
            copy[chance.choice(["x-new", "nmae", "x-a\n", key + "\n"])] = chance.choice(ODD)
        else:
            copy[key] = _damaged(copy[key], chance)
        return copy
    if isinstance(value, list) and value and chance.random() < 0.7:
        at = chance.randrange(len(value))
        return [*value[:at], _damaged(value[at], chance), *value[at + 1 :]]
    if isinstance(value, str) and chance.random() < 0.4:
        return value + chance.choice(["\n", " ", "x", "é", "0"])
    return chance.choice(ODD)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_quick_yes_is_a_yes_of_jsonschema_on_damaged_documents(name: str) -> None:
    schema, good = bundled(name).document, read_yaml(good_entry()[DOCUMENTS[name]]).data
    assert said_yes(schema, good)
    quick, whole = compile_schema(schema), bundled(name)
    chance, yes = random.Random(7), 0
    for _ in range(1500):
        document = _damaged(good, chance)
        yes += said_yes(schema, document)
        if quick(document):
            assert not list(whole._validator.iter_errors(document)), document
    assert yes > 50


def test_a_quick_yes_is_a_yes_of_jsonschema_on_every_case_of_the_rules() -> None:
    yes = 0
    for case in TESTS.glob("rules/*/*/*.toml"):
        told = tomllib.loads(case.read_text(encoding="utf-8"))
        texts = [t for t in told.get("files", {}).values() if isinstance(t, str)]
        for edit in told.get("edit", ()):
            texts += [
                raw.decode().replace(edit["old"], edit["new"])
                for file, raw in good_entry().items()
                if file == edit["file"] and file.endswith(".yaml")
            ]
        for document in (read_yaml(text.encode()) for text in texts):
            for name in DOCUMENTS if document.data is not None else ():
                yes += said_yes(bundled(name).document, document.data)
    assert yes > 20


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer"},
        {"type": ["integer", "null"]},
        {"enum": [1, "x", None, True]},
        {"const": 1},
        {"minLength": 1, "maxLength": 1},
        {"pattern": "^[a-z]+$"},
        {"pattern": "^(?:x|[0-9.-]{1,64})$"},
        {"properties": {"a": {"type": "integer"}}, "additionalProperties": False},
        {"patternProperties": {"^x-": {"type": "string"}}, "additionalProperties": True},
        {"items": {"type": "integer"}, "minItems": 1},
        {"anyOf": [{"type": "string", "pattern": "^x$"}, {"type": "array", "maxItems": 0}]},
        {"minimum": 0, "maximum": 1},
        {"$defs": {"n": {"type": "integer"}}, "items": {"$ref": "#/$defs/n"}},
        {"format": "date"} | {"title": "x"},
        {"propertyNames": {"maxLength": 3}},
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "number"},
    ],
)
def test_a_quick_yes_of_other_keywords(schema: dict[str, Any]) -> None:
    if "format" in schema:
        assert compile_fast(schema) is None
        return
    for value in ODD:
        said_yes(schema, value)


@pytest.mark.parametrize(
    "schema",
    [
        *({"not": {}}, {"oneOf": [{}]}, {"if": {}}, {"contains": {}}, {"multipleOf": 0.1}, True),
        *({"uniqueItems": True}, {"format": "email"}, {"$id": "x"}, {"$ref": "#"}, {"items": [{}]}),
        *({"pattern": r"\w"}, {"pattern": r"\D"}, {"pattern": "(?!a$)"}, {"pattern": "a{,5}"}),
        *({"pattern": "[a&&b]"}, {"pattern": "[a--b]"}, {"pattern": "a++"}, {"pattern": "."}),
        *(
            {"patternProperties": {"^a$": {}}},
            {"$schema": "http://json-schema.org/draft-04/schema#"},
        ),
        {"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"},
        {"maximum": 10**30},
    ],
)
def test_what_may_be_read_in_two_ways_gets_no_quick_yes(schema: Any) -> None:
    assert compile_fast(schema) is None


def test_a_reference_that_doubles_costs_no_more_than_it_is_long() -> None:
    names = [f"d{number}" for number in range(14)]
    definitions: dict[str, Any] = {names[-1]: {"type": "string"}}
    for name, following in itertools.pairwise(names):
        to = {"$ref": f"#/$defs/{following}"}
        definitions[name] = {"properties": {f"p{i}": to for i in range(50)}}
    deep = {"$defs": definitions, "$ref": "#/$defs/d0"}
    compile_schema(deep)  # 50 to the power of 13 closures, where each reference gets its own
    assert compile_fast(deep) is None


def test_a_registry_that_is_large_is_judged_by_the_fast_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(schemas, "_MANY", 1)
    schema = Schema(bundled_bytes("metadata"))
    good = read_yaml(good_entry()["metadata.yaml"]).data
    for _ in range(3):
        assert schema.errors(good) == []
        assert [e.route for e in schema.errors({**good, "license": 1.0})] == [("license",)]
        assert [e.route for e in schema.errors({**good, "schema_version": 1.0})] != []
    assert schema._fast is not None


def test_without_jsonschema_rs_the_others_speak(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = builtins.__import__

    def without(name: str, *args: Any) -> Any:
        if name == "jsonschema_rs":
            raise ImportError(name)
        return plain(name, *args)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.setattr(schemas, "_MANY", 0)
    assert compile_fast({"type": "string"}) is None
    schema = Schema(bundled_bytes("metadata"))
    assert schema.errors(read_yaml(good_entry()["metadata.yaml"]).data) == []


def test_a_schema_that_only_the_fast_one_knows_is_answered_by_it() -> None:
    schema = Schema(b'{"anyOf": [{"type": "string"}, {"type": "integer"}]}')
    assert schema._quick is schema._fast is not None
    assert schema.errors("x") == []
    assert [error.keyword for error in schema.errors(1.0)] == ["anyOf"]
