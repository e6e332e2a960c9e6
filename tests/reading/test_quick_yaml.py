"""The quick reader of YAML gives what the strict reader gives, or nothing."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from yaml_readers import GOOD, agree

from registrar.reading.quick_yaml import read_plainly
from registrar.reading.strict_yaml import read_strictly
from registrar.reading.yaml import read_yaml

TESTS = Path(__file__).parent.parent


PLAIN = [
    "a: b\n",
    "a:\n- b\n- c\n",
    "a:\n  - b: 1\n    c: 2\n  - b: 3\nd: -1\n",
    "a:\n  b:\n    c: x y\n\n  # comment\n  d: 'q'\ne: \"\"\n",
    "- a\n",
    "a: [1, x, {b: 2, c: [true, null]}]\nb: {}\nc: []\n",
    "a: https://a.example/b#c\nb: a:b\nc: 1e-5\nd: .5\n",
    "a: b # comment\n",
    "a: b\n  c\n",
    "a: b\n\n  c\n",
    "a:\nb: c\n",
    "a: b\na: c\n",
    "no: 1\nyes: 2\n",
    "true: 1\n",
    "a: {y: 1}\n",
    "a: [b: c]\n",
    "a: [b, ]\n",
    "a: [b c - d, -1]\n",
    "a: {b: 1, b: 2}\n",
    "a: {b:1}\n",
    'a: "b"c\n',
    "a: 'b'\n  'c'\n",
    "a: é ü\n",
    "a: \u00a0b\n",
    "a: b\u2028c: d\n",
    "a: 2026-11-23\nb: 12:30\nc: 1.10\n",
    "a: 0123\n",
    "---\na: b\n",
    "a: b\n...\n",
    "a: b\n---\nc: d\n",
    "a: |\n  b\n",
    "a: &x b\nc: *x\n",
    "<<: {a: b}\n",
    "a: !t b\n",
    "? a\n: b\n",
    "a:\n- - b\n",
    "a:\n-\n  b\n",
    "a:\n- b\nc: d\n- e\n",
    "a:\n   b: c\n  d: e\n",
    "a:\n- b: c\n d: e\n",
    " a: b\n",
    "a: b\n c: d\n",
    "a: %b\n",
    "a: @b\n",
    "a: `b`\n",
    "a: b:\n",
    "a: -\n",
    "a: - b\n",
    "a: =\n",
    "a: ~\n",
    "a: <<\n",
    "a: [[[[[[[[[[[[1]]]]]]]]]]]]\n",
    "a\n",
    "",
    "\n",
    "# only\n",
    "a: b\r\n",
    "a:\tb\n",
    "a: b\t\n",
    "a: (b)\nc: _d\ne: /f\n",
    "a: [a/b, +1, .5, 1.2.3]\n",
    "a: [https://a.example/b, x:y, x:, a@b.example, 12:30, a:1]\n",
    "a: {b: c:d, e: f:/g}\n",
    "a: {b: c d  e , f: g}\n",
    "a: [b @c]\n",
    "a: [b #c]\n",
    "a: -.5\nb: -x\nc: --\n",
    "a:   b  \nb: c\n",
    "a:\n  - b\n  -   c: d\n      e: f\n",
]


@pytest.mark.parametrize("text", PLAIN, ids=repr)
def test_both_readers_agree(text: str) -> None:
    agree(text)


def test_what_registries_hold_is_read_quickly() -> None:
    assert GOOD
    for name, text in GOOD.items():
        assert agree(text), name
    assert agree("a:\n  - b: 1\n    c: {d: [x, 1], e: f}\n# c\n\ng: 'h'\ni: https://a.example/b\n")


def _corpus() -> list[str]:
    texts = []
    for case in TESTS.glob("rules/*/*/*.toml"):
        told = tomllib.loads(case.read_text(encoding="utf-8"))
        texts += [*told.get("files", {}).values(), *told.get("top", {}).values()]
        for edit in told.get("edit", ()):
            texts += [text.replace(edit["old"], edit["new"]) for text in GOOD.values()]
    return [text for text in texts if isinstance(text, str)]


def test_both_readers_agree_on_every_case_of_the_rules() -> None:
    texts = _corpus()
    assert sum(map(agree, texts)) > 100
    assert len(texts) > 300


@pytest.mark.parametrize("name", sorted(GOOD))
def test_places_are_those_of_the_strict_reader(name: str) -> None:
    raw = GOOD[name].encode()
    document, strict = read_yaml(raw), read_strictly(raw)

    def routes(value: Any, route: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        inner: Any = value.items() if isinstance(value, dict) else ()
        inner = enumerate(value) if isinstance(value, list) else inner
        return [route, *(found for key, item in inner for found in routes(item, (*route, key)))]

    for route in routes(strict.data, ()):
        for key in (False, True):
            assert document.span(route, key) == strict.span(route, key)


def test_lines_are_not_remembered_for_ever() -> None:
    from registrar.reading import quick_yaml

    for number in range(3 * quick_yaml._KEPT):
        assert read_plainly(f"a{number}: b\n") == {f"a{number}": "b"}
    assert len(quick_yaml._known) <= quick_yaml._KEPT


def test_a_flow_collection_is_made_anew_each_time() -> None:
    first, second = read_plainly("a: [b]\n"), read_plainly("a: [b]\n")
    first["a"].append("c")
    assert second == {"a": ["b"]}
