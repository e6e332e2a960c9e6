"""Edits of a text: in place, with the line ends that are there, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registrar.domain.findings import Edit
from registrar.domain.places import Span
from registrar.reading.edits import MisfitError, edited, touch

LAWS = settings(max_examples=200, derandomize=True, deadline=None, database=None)


def edit(text: str, line: int, column: int, end_line: int = 0, end_column: int = 0) -> Edit:
    return Edit("x", Span(line, column, end_line or line, end_column or column), text)


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        ("a: 1\nb: 2\n", edit('"1"', 1, 4, 1, 5), 'a: "1"\nb: 2\n'),
        ("a: 1\r\nb: 2\r\n", edit("\nc: 3", 1, 5), "a: 1\r\nc: 3\r\nb: 2\r\n"),
        ("a: 1\r\nb: 2", edit("\nc: 3", 2, 5), "a: 1\r\nb: 2\r\nc: 3"),
        ("a: 1", edit("\nc: 3", 1, 5), "a: 1\nc: 3"),
        ("a: 1\n", edit("b: 2\n", 2, 1), "a: 1\nb: 2\n"),
        ("\ufeffa: 1\n", edit("# c\n", 1, 1), "\ufeff# c\na: 1\n"),
        ("a\r\nb\n", edit("\nc", 2, 2), "a\r\nb\nc\n"),
        ("a\r\nb\r\n", edit("\nc", 1, 3), "a\r\nc\r\nb\r\n"),  # behind the return of a line
        ("a\nb\nc\n", edit("", 2, 1, 3, 1), "a\nc\n"),
        ("", edit("a\n", 1, 1), "a\n"),
    ],
)
def test_one_edit(before: str, change: Edit, after: str) -> None:
    assert edited(before.encode(), [change]).decode() == after


def test_edits_are_applied_from_the_end() -> None:
    changes = [edit("X", 1, 1, 1, 2), edit("long text", 1, 3, 1, 4), edit("\nnew", 2, 4)]
    assert edited(b"a b c\ndef\n", changes) == b"X long text c\ndef\nnew\n"


@pytest.mark.parametrize(
    "changes",
    [
        [edit("x", 3, 1)],
        [edit("x", 1, 9)],
        [edit("x", 0, 1)],
        [edit("x", 1, 0)],
        [edit("x", 1, 3, 1, 2)],
        [edit("x", 1, 1, 1, 3), edit("y", 1, 2, 1, 4)],
        [edit("x", 1, 2), edit("y", 1, 2)],
    ],
)
def test_what_does_not_fit_is_refused(changes: list[Edit]) -> None:
    with pytest.raises(MisfitError):
        edited(b"abcd\n", changes)


def test_spans_that_meet_touch() -> None:
    assert touch(Span(1, 1, 1, 3), Span(1, 3, 1, 5))
    assert not touch(Span(1, 1, 1, 3), Span(1, 4, 1, 5))
    assert touch(Span(1, 1, 3, 1), Span(2, 5, 2, 6))


LINES = st.lists(st.text("ab:# \t", max_size=8), min_size=1, max_size=6)


@LAWS
@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.data())
def test_everything_else_stays(lines: list[str], end: str, mark: bool, data: st.DataObject) -> None:
    """``edited(raw, [e]) == before + text + after`` for the bytes around the span."""
    raw = ("\ufeff" if mark else "") + end.join(lines)
    number = data.draw(st.integers(1, len(lines)))
    begin = data.draw(st.integers(1, len(lines[number - 1]) + 1))
    stop = data.draw(st.integers(begin, len(lines[number - 1]) + 1))
    got = edited(raw.encode(), [edit("NEW\nLINE", number, begin, number, stop)]).decode()
    line = lines[number - 1]
    own = end if len(lines) > 1 else "\n"
    lines[number - 1] = line[: begin - 1] + f"NEW{own}LINE" + line[stop - 1 :]
    assert got == ("\ufeff" if mark else "") + end.join(lines)
