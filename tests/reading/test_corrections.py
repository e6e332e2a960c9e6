"""Keys and texts that are put into documents of every style read as what was meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from registrar.domain.places import Route
from registrar.reading.corrections import Value, add_key, quoted, rewrite
from registrar.reading.documents import Document, Flaw
from registrar.reading.edits import edited
from registrar.reading.json import read_json
from registrar.reading.yaml import read_yaml

ITEM: Route = ("files", 0, "sha256")


def added(name: str, text: str, beside: Route, key: str, value: Value) -> str | None:
    read: Callable[[bytes], Document] = read_json if name.endswith(".json") else read_yaml
    edit = add_key(name, read(text.encode()), beside, key, value)
    if edit is None:
        return None
    after = edited(text.encode(), [edit])
    assert read(after).readable, after
    return after.decode()


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("m.yaml", "files: [{path: a, sha256: bc}]\n", "files: [{path: a, sha256: bc, size: 7}]\n"),
        ("m.yaml", "files:\n- {sha256: bc, path: a}\n", "files:\n- {sha256: bc, size: 7, path: a}\n"),
        ("m.yaml", "files:\n- path: a\n  sha256: bc\n", "files:\n- path: a\n  sha256: bc\n  size: 7\n"),
        ("m.yaml", "files:\n  - sha256: bc # why\n    path: a", "files:\n  - sha256: bc # why\n    size: 7\n    path: a"),
        ("m.yaml", "files:\r\n- path: a\r\n  sha256: 'bc'\r\n", "files:\r\n- path: a\r\n  sha256: 'bc'\r\n  size: 7\r\n"),
        ("m.yaml", "files: [{path: a,\n   sha256: bc}]\n", "files: [{path: a,\n   sha256: bc,\n   size: 7}]\n"),
        ("m.yaml", "files: [{path: a,\n   sha256: bc # c\n  }]\n", "files: [{path: a,\n   sha256: bc, size: 7 # c\n  }]\n"),
        ("m.yaml", 'files: [{"path": "a", "sha256": "bc"}]', 'files: [{"path": "a", "sha256": "bc", "size": 7}]'),
        ("m.yaml", "files: [{path: a, sha256: bc,}]\n", "files: [{path: a, sha256: bc, size: 7,}]\n"),
        ("m.json", '{"files": [{"path": "a", "sha256": "bc"}]}', '{"files": [{"path": "a", "sha256": "bc", "size": 7}]}'),
        ("m.json", '{"files": [\n {\n  "path": "a",\n  "sha256": "bc"\n }]}', '{"files": [\n {\n  "path": "a",\n  "sha256": "bc",\n  "size": 7\n }]}'),
        ("m.yaml", "files:\n- path: a\n  sha256: >-\n    bc\n", None),
        ("m.yaml", "files:\n- path: a\n  sha256: \"b\\x63\"\n", None),
        ("m.yaml", "files:\n- path: a\n", None),
    ],
)  # fmt: skip
def test_a_key_beside_another(name: str, before: str, after: str | None) -> None:
    assert added(name, before, ITEM, "size", 7) == after


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("m.yaml", "artifact: m # x\nb: 1\n", 'artifact: m # x\nfiles:\n- {path: m/a, sha256: "12e45", size: 1}\n- {path: "m/b c", sha256: ab, size: 2}\nb: 1\n'),
        ("m.yaml", "{artifact: m, b: 1}", '{artifact: m, files: [{path: m/a, sha256: "12e45", size: 1}, {path: "m/b c", sha256: ab, size: 2}], b: 1}'),
        ("m.json", '{\n "artifact": "m"\n}', '{\n "artifact": "m",\n "files": [{"path": "m/a", "sha256": "12e45", "size": 1}, {"path": "m/b c", "sha256": "ab", "size": 2}]\n}'),
    ],
)  # fmt: skip
def test_a_list_of_files(name: str, before: str, after: str) -> None:
    items = [
        {"path": "m/a", "sha256": "12e45", "size": 1},
        {"path": "m/b c", "sha256": "ab", "size": 2},
    ]
    got = added(name, before, ("artifact",), "files", items)
    assert got == after
    read = read_json if name.endswith(".json") else read_yaml
    assert read(got.encode()).data["files"] == items


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: mit or x # mit\n", "a: MIT or x # mit\n"),
        ("a: 'mit or x'\n", "a: 'MIT or x'\n"),
        ('a: "mit or x"\n', 'a: "MIT or x"\n'),
        ('{"a": "mit or x"}', '{"a": "MIT or x"}'),
        ("mit: [mit]\na: mit or x\n", "mit: [mit]\na: MIT or x\n"),
        ('a: "m\\x69t or x"\n', None),
        ("a: mit\n  or x\n", None),
        ("b: x\n", None),
    ],
)
def test_a_part_of_a_text(before: str, after: str | None) -> None:
    edit = rewrite("m.yaml", read_yaml(before.encode()), ("a",), "MIT", (0, 3))
    assert (edit and edited(before.encode(), [edit]).decode()) == after


def test_json_numbers_are_not_quoted() -> None:
    flaw = Flaw("m", "h", instead='"1.10"')
    assert quoted("m.json", flaw) is None
    assert quoted("m.yaml", flaw) is not None
    assert quoted("m.yaml", Flaw("m", "h")) is None
