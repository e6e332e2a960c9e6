"""The quick reader of YAML gives what the strict reader gives, or nothing: on made up documents."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st
from yaml_readers import GOOD, agree

from registrar.reading.scalars import _yaml_1_1

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
