"""Which answers are kept, and that one of another shape is no answer."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest

from registrar.app.judging import Judged
from registrar.app.remembering import recall, worth_keeping
from registrar.domain.findings import Deferred, Unchecked
from registrar.rules.rule import Record

RECORD = Record("wine-1.0.0", *["x"] * (len(fields(Record)) - 1))


def test_an_answer_comes_back_as_it_was_said() -> None:
    judged = Judged(deferred=(Deferred("artifact-digest", "wine-1.0.0", "type this"),))
    kept = json.loads(json.dumps(worth_keeping(judged, RECORD)))
    assert recall("wine-1.0.0", kept) == (judged, RECORD)
    assert recall("beer-1.0.0", kept) is None


@pytest.mark.parametrize(
    "judged",
    [
        Judged(unchecked=(Unchecked("x", "wine-1.0.0", "gone"),)),
        Judged(blind=(Unchecked("x", "wine-1.0.0", "gone"),)),
        Judged(faults=("broke",)),
        Judged(outside=True),
    ],
)
def test_anything_else_that_was_said_is_not_kept(judged: Judged) -> None:
    assert worth_keeping(judged, RECORD) is None


@pytest.mark.parametrize(
    "kept",
    [None, 1, "xy", [], [[], []], [[["a"]], []], {"a": 1, "b": 2}, [[["a", 1]], None], [[], None]],
)
def test_an_answer_of_another_shape_is_no_answer(kept: object) -> None:
    assert recall("wine-1.0.0", kept) is None


def test_a_record_of_other_types_is_no_answer() -> None:
    good = worth_keeping(Judged(), RECORD)
    assert isinstance(good, list)
    assert recall("wine-1.0.0", good) is not None
    for number in range(len(fields(Record))):
        for bad in (1, [], {}, True):
            values = [*good[1][:number], bad, *good[1][number + 1 :]]
            assert recall("wine-1.0.0", [good[0], values]) is None
    assert recall("wine-1.0.0", [[["rule", 1]], good[1]]) is None
    assert recall("wine-1.0.0", [[], good[1][:-1]]) is None
    assert (
        replace(RECORD, digest=None)
        == recall("wine-1.0.0", worth_keeping(Judged(), replace(RECORD, digest=None)))[1]
    )  # type: ignore[index]
