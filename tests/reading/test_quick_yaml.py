"""The quick reader of YAML gives what the strict reader gives, or nothing."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from builders import good_entry
from hypothesis import example, given, settings
from hypothesis import strategies as st

from registrar.reading.quick_yaml import read_plainly
from registrar.reading.scalars import _yaml_1_1
from registrar.reading.strict_yaml import read_strictly
from registrar.reading.yaml import read_yaml

TESTS = Path(__file__).parent.parent
GOOD = {
    name: raw.decode() for name, raw in good_entry().items() if name.endswith((".yaml", ".dvc"))
}


def agree(text: str) -> bool:
    """Tell whether the quick reader answered; where it did, both answers are one, types too."""
    quick = read_plainly(text)
    if quick is None:
        return False
    for any_keys in (False, True):
        strict = read_strictly(text.encode(), any_keys)
        assert strict.flaws == ()
        assert strict.ambiguous == ()
        assert strict.multiline == ()
        assert repr(strict.data) == repr(quick)
    return True


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


_PIECES = st.sampled_from(
    [
        *(
            "a: ",
            "b: ",
            "a:",
            "- ",
            "  ",
            " ",
            "\n",
            "\n",
            "\n  ",
            "\n- ",
            "\n  - ",
            "#",
            " #",
            ": ",
        ),
        *(
            "x",
            "yes",
            "1",
            "1.5",
            "1e5",
            "-",
            "~",
            "null",
            '"',
            "'",
            '"q"',
            "'q'",
            "[",
            "]",
            "{",
            "}",
        ),
        *(
            ",",
            ", ",
            "&a ",
            "*a",
            "!",
            "|",
            ">",
            "%",
            "@",
            "\\",
            "?",
            "? ",
            "---",
            "...",
            "<<: ",
            "é",
        ),
        *(
            "\t",
            "\r",
            "\u2028",
            "\u200f",
            "0x1F",
            "012",
            "2026-11-01",
            ".inf",
            "k",
            "=",
            "word two",
            ":/",
            "b: c:d",
        ),
    ]
)


@settings(max_examples=1500, deadline=None)
@given(st.lists(_PIECES, max_size=14).map("".join))
@example("a:\n- b\n c: d")
def test_both_readers_agree_on_pieces(text: str) -> None:
    agree(text)


_KEYS = st.sampled_from(["a", "b", "c", "name", "on", "y1", "test.f1", "null", "0"])
_WORDS = st.sampled_from(
    [
        "wine",
        "1",
        "1.5",
        "true",
        "no",
        '"x: y"',
        "'it'",
        "a b",
        "[x, 2]",
        "{a: b}",
        "0x1",
        "",
        "a#b",
        "a #b",
    ]
)


@settings(max_examples=1500, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 4), st.sampled_from(["", "- ", "-   "]), _KEYS | st.none(), _WORDS
        ),
        max_size=10,
    )
)
def test_both_readers_agree_on_lines(lines: list[tuple[int, str, str | None, str]]) -> None:
    agree("".join(f"{' ' * i}{d}{k + ': ' if k else ''}{w}\n" for i, d, k, w in lines))


@settings(max_examples=1000, deadline=None)
@given(st.sampled_from(sorted(GOOD)), st.integers(0, 3000), st.integers(0, 3), _PIECES)
def test_both_readers_agree_on_damaged_documents(name: str, at: int, cut: int, put: str) -> None:
    text = GOOD[name]
    at %= len(text)
    agree(text[:at] + put + text[at + cut :])


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


@settings(max_examples=2000, deadline=None)
@given(
    st.from_regex(r"[-+]?[0-9a-zA-Z]{1,12}([.:_eExXb/-][0-9a-zA-Z]{0,9}){0,2}", fullmatch=True)
    | st.sampled_from(
        ["0x1f", "0b01", "0B1", "0xg", "0b2", "1_000", "1e5", "12e", "5f3", "y", "oN"]
    )
)
@example("0b01")
@example("0x1f")
def test_what_is_plainly_text_is_no_more_to_pyyaml(text: str) -> None:
    from yaml.resolver import Resolver

    taken = any(
        pattern.match(text) for _, pattern in Resolver.yaml_implicit_resolvers.get(text[0], ())
    )
    assert not (taken and _yaml_1_1(text) is None)
