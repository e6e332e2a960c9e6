"""The strict JSON reader: values, places, refusals."""

from __future__ import annotations

import json
import random

import pytest

from registrar.domain.places import Route
from registrar.reading.json import read_json

TEXT = (
    '{\n  "test": {"accuracy": 0.95,\n    "n": [1, {"x": "\\u00e9 \\" y"}]},\n  "none": null\n}\n'
)


@pytest.mark.parametrize(
    ("route", "key", "marked"),
    [
        (("test", "accuracy"), False, "0.95"),
        (("test", "accuracy"), True, '"accuracy"'),
        (("test", "n", 1, "x"), False, '"\\u00e9 \\" y"'),
        (("test", "n", 0), False, "1"),
        (("none",), False, "null"),
        (("test", "gone"), False, '"test"'),
        (("gone",), False, "{"),
        ((), False, "{"),
    ],
)
def test_places(route: Route, key: bool, marked: str) -> None:
    span = read_json(TEXT.encode()).span(route, key)
    assert TEXT.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1] == marked


@pytest.mark.parametrize(
    ("raw", "message", "place"),
    [
        (b"", "is empty", (1, 1)),
        (b"  \n", "is empty", (1, 1)),
        (b"{", "not JSON", (1, 2)),
        (b"[1,]", "not JSON: Illegal trailing comma before end of array", (1, 3)),
        (b'{"a": 1\n , \t\n}', "not JSON: Illegal trailing comma before end of object", (2, 2)),
        (b"[1,,]", "not JSON: Expecting value", (1, 4)),
        (b"[1,}", "not JSON: Expecting value", (1, 4)),
        (b"{,}", "not JSON: Expecting property name enclosed in double quotes", (1, 2)),
        (b'{"a": [,]}', "not JSON: Expecting value", (1, 8)),
        (b"```json\n{}\n```", "not JSON", (1, 1)),
        (b"\xef\xbb\xbf{}", "byte order mark", (1, 1)),
        (b'{"a": \xff}', "not UTF-8", (1, 7)),
        (b'{"a": 1, "a": 2}', 'duplicate key "a" (first on line 1)', (1, 10)),
        (b'{"a": {"b": 1,\n"b": 2}}', 'duplicate key "b" (first on line 1)', (2, 1)),
        (b'{"a": -Infinity}', "-Infinity is not a JSON number", (1, 7)),
        (b"[1, 1e400]", "1e400 is not a JSON number", (1, 5)),
        (b'{"a": "\\u202e"}', "U+202E", (1, 7)),
        (b'{"\\u0007": 1}', "U+0007", (1, 2)),
        (b"[" * 33 + b"]" * 33, "nested more than 32", (1, 33)),
        (b"[" + b"[]," * 20_000 + b"[]]", "more than 10,000 values", None),
        (b"[" + b"1," * 20_000 + b"1]", "more than 10,000 values", None),
    ],
)
def test_refuses(raw: bytes, message: str, place: tuple[int, int] | None) -> None:
    document = read_json(raw)
    assert document.data is None
    assert message in document.flaws[0].message
    if place is not None:
        assert (document.flaws[0].span.line, document.flaws[0].span.column) == place


def test_multiline_texts_are_known() -> None:
    assert read_json(b'{"a": ["x", "y\\nz"]}').multiline == (("a", 1),)


def test_no_bytes_raise_and_good_documents_agree_with_json() -> None:
    chosen = random.Random(1)
    pieces = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        '"a"',
        '"\\u0041"',
        "1",
        "2.5",
        "null",
        " ",
        "\n",
        "NaN",
        "x",
    ]
    for _ in range(5_000):
        text = "".join(chosen.choice(pieces) for _ in range(chosen.randint(0, 10)))
        document = read_json(text.encode())
        if document.readable:
            assert document.data == json.loads(text)
