"""The schemas themselves, and how what they refuse is said."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from builders import good_entry
from jsonschema import Draft7Validator, Draft202012Validator

from registrar.reading.nearest import nearest
from registrar.reading.quick_schema import Unsupported, compile_schema
from registrar.reading.schema import Schema, SchemaInvalidError, bundled, bundled_bytes
from registrar.reading.schema_messages import schema_flaws
from registrar.reading.toml import read_toml
from registrar.reading.yaml import read_yaml

NAMES = ("metadata", "dataset-manifest", "policy", "waivers")
GOOD = good_entry()["metadata.yaml"].decode()


def parts(schema: Any) -> list[dict[str, Any]]:
    found = [schema] if isinstance(schema, dict) else []
    for value in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(value, dict | list):
            found += parts(value)
    return found


@pytest.mark.parametrize("name", ["metadata", "dataset-manifest"])
def test_every_key_says_what_it_means(name: str) -> None:
    for part in parts(bundled(name).document):
        for key, value in part.get("properties", {}).items():
            if isinstance(value, dict):
                assert "$ref" in value or "description" in value, key


@pytest.mark.parametrize("name", NAMES)
def test_a_bundled_schema_is_what_the_strict_reader_reads(name: str) -> None:
    assert Schema(bundled_bytes(name)).document == bundled(name).document


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_valid_under_both_drafts_and_plain(name: str) -> None:
    schema = json.loads(bundled_bytes(name))
    Draft7Validator.check_schema(schema)
    Draft202012Validator.check_schema({k: v for k, v in schema.items() if k != "$schema"})
    for part in parts(schema):
        pattern = part.get("pattern")
        if isinstance(pattern, str):
            assert not re.search(r"\\[dws]", pattern), pattern
            assert not pattern.startswith("^") or "maxLength" in part, pattern


def test_the_copy_of_the_registry_is_byte_for_byte_the_same(top: Path) -> None:
    copy = top / "model_registry/MODEL_METADATA_SCHEMA.json"
    assert copy.read_bytes() == bundled_bytes("metadata")


def said(text: str) -> list[tuple[str, str, int]]:
    document = read_yaml(text.encode())
    assert document.readable, document.flaws
    found = schema_flaws(bundled("metadata"), document)
    return [(flaw.message, flaw.hint, flaw.span.line) for _, _, flaw in found]


@pytest.mark.parametrize(
    ("old", "new", "message", "hint", "line"),
    [
        (
            "license: Apache-2.0",
            "license: [MIT]",
            "license must be text, and is a list",
            "write text",
            8,
        ),
        ("license: Apache-2.0", "license:", "license must be text, and is empty", "write text", 8),
        ("license: Apache-2.0", 'license: ""', "license is empty", "fill it in", 8),
        ("license: Apache-2.0", "license: 3", "3 is taken for a whole number", 'quote it: "3"', 8),
        ("license: Apache-2.0", "license: true", "taken for true or false", 'quote it: "true"', 8),
        ("schema_version: 1", "schema_version: 7", "schema_version is 7", "one of 1", 2),
        ("size: 1043", "size: -1", "files[0].size is -1", "minimum is 0", 11),
        (
            "size: 1043",
            "size: many",
            "size must be a whole number, and is text",
            "whole number",
            11,
        ),
        ("direction: max", "direction: mx", 'direction is "mx"', 'did you mean "max"?', 15),
        ("min: 0.9", "min: 1_0", "min must be a number, and is text", "plain form", 15),
        ("name: wine", "name: Wine", 'name is "Wine"', "lower-case letters", 3),
        ("name: wine", f"name: {'x' * 70}", "name is ", "lower-case letters", 3),
        ("{path: model.onnx", "{paht: model.onnx", 'unknown key "paht" in files[0]', "path", 11),
        ("training_hash", "trainning_hash", 'unknown key "trainning_hash"', "training_hash", 7),
    ],
)
def test_one_cause_one_message(old: str, new: str, message: str, hint: str, line: int) -> None:
    assert old in GOOD
    (found,) = said(GOOD.replace(old, new))
    assert message in found[0]
    assert hint in found[1]
    assert found[2] == line


def test_all_missing_keys_at_once() -> None:
    messages = [message for message, _, _ in said("x-a: 1\n")]
    assert [m.split(" ")[0] for m in messages] == [
        *("artifact", "dataset_manifest", "license", "source", "training_hash"),
    ]


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"{", b'{"type": 5}', b'{"$ref": "http://x.example/y"}', b'{"pattern": "("}',
     b'{"$ref": "#/$defs/gone"}'],
)  # fmt: skip
def test_an_invalid_schema_says_so(raw: bytes) -> None:
    with pytest.raises(SchemaInvalidError):
        Schema(raw).validate_itself()


def test_a_stricter_schema_of_the_registry_is_used_with_any_keyword() -> None:
    raw = json.loads(bundled_bytes("metadata"))
    raw["required"].append("owners")
    raw["not"] = {"required": ["task"]}
    schema = Schema(json.dumps(raw).encode())
    schema.validate_itself()
    document = read_yaml(GOOD.replace("license:", "task: t\nlicense:").encode())
    assert {keyword for _, keyword, _ in schema_flaws(schema, document)} == {"required", "not"}


@pytest.mark.parametrize("schema", [{"not": {}}, {"anyOf": []}, {"$ref": "#/x"}, True])
def test_other_keywords_get_no_quick_answer(schema: Any) -> None:
    with pytest.raises(Unsupported):
        compile_schema(schema)


def mutate(value: Any, chosen: random.Random) -> Any:
    """A document with one value somewhere replaced, removed or added."""
    value = json.loads(json.dumps(value))
    here = value
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not keys:
            return value
        key = chosen.choice(keys)
        if isinstance(here[key], dict | list) and here[key] and chosen.random() < 0.7:
            here = here[key]
            continue
        action = chosen.randrange(3)
        if action == 0 and isinstance(here, dict):
            del here[key]
        elif action == 1 and isinstance(here, dict):
            here[chosen.choice(["x-a", "zzz", "name", "license"])] = chosen.choice(VALUES)
        else:
            here[key] = chosen.choice(VALUES)
        return value


VALUES = [
    None,
    True,
    0,
    1,
    -1,
    1.0,
    2.5,
    "",
    "x",
    "a" * 80,
    [],
    {},
    [1],
    {"a": 1},
    "1.0.0",
    "\n",
    "main",
]
MANIFEST = read_yaml(good_entry()["dataset-manifest.yaml"]).data
WAIVERS = {"waivers": [{"rule": "a", "entry": "b", "reason": "c", "owner": "d",
           "granted": "2026-01-01", "expires": "2026-01-02"}]}  # fmt: skip
POLICY = {"schema_version": 1, "license": {"allow": ["MIT"]}, "artifact": {"formats": ["onnx"]},
          "metrics": {"w*": {"t.a": {"min": 1}}}}  # fmt: skip
SEEDS = dict(zip(NAMES, (read_yaml(GOOD.encode()).data, MANIFEST, POLICY, WAIVERS), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_the_quick_answer_is_jsonschemas(name: str) -> None:
    chosen = random.Random(2)
    quick = compile_schema(json.loads(bundled_bytes(name)))
    slow = Draft7Validator(json.loads(bundled_bytes(name)))
    accepted = 0
    for _ in range(1_500):
        value = SEEDS[name]
        for _ in range(chosen.randint(0, 2)):
            value = mutate(value, chosen)
        if quick(value):
            accepted += 1
            assert slow.is_valid(value), value
        elif slow.is_valid(value):
            assert "1.0" in json.dumps(value), ("only 1.0 for an integer is left to it", value)
    assert 100 < accepted < 1_400


def test_nearest() -> None:
    known = ["license", "licenses", "artifact", "source"]
    assert nearest("licence", known) == "license"
    assert nearest("atrifact", known) == "artifact"
    assert nearest("arti", known) == "artifact"
    assert nearest("zzz", known) is None
    assert nearest("", known) is None
    assert nearest("x" * 200, known) is None


def test_places_in_toml() -> None:
    document = read_toml(b'a = 1\n[x."y.z"]\n"b c" = {d = 1}\nl = [\n 1\n]\n')
    assert document.span(("x", "y.z", "b c", "d")).line == 3
    assert document.span(("x", "y.z", "l", 0)).line == 4
    assert document.span(("nothing",)).line == 1
    assert read_toml(b"a = 1\na = 2\n").flaws[0].span.line == 2


@pytest.mark.parametrize(
    ("schema", "refused"),
    [
        (
            {
                "properties": {"a": {"type": "string"}},
                "patternProperties": {"^a": {"minLength": 9}},
            },
            {"a": "x"},
        ),
        (
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "$defs": {"t": {"type": "string"}},
                "properties": {"a": {"$ref": "#/$defs/t", "minLength": 9}},
            },
            {"a": "x"},
        ),
        (
            {
                "$defs": {"a/b": {"type": "integer"}, "a~1b": {}},
                "properties": {"a": {"$ref": "#/$defs/a~1b"}},
            },
            {"a": "x"},
        ),
        (
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "$defs": {"t": {}},
                "$ref": "#/$defs/t",
                "required": ["b"],
            },
            {},
        ),
    ],
)
def test_what_the_quick_answer_cannot_know_is_left_to_jsonschema(schema: Any, refused: Any) -> None:
    assert Schema(json.dumps(schema).encode()).errors(refused)


@pytest.mark.parametrize("draft", ["draft-03", "draft-04", "draft-06"])
def test_other_drafts_are_refused(draft: str) -> None:
    raw = f'{{"$schema": "http://json-schema.org/{draft}/schema#", "required": true}}'
    with pytest.raises(SchemaInvalidError, match="neither draft-07 nor 2020-12"):
        Schema(raw.encode()).validate_itself()
