"""Laws of the example of a smoke test: hostile documents and answers raise one error, or are whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registrar.app.smoking.answers import told
from registrar.domain.arrays import SPECIAL, Array, Tolerance, compare
from registrar.domain.policy import SmokeLimits
from registrar.domain.sandboxing import End, Level, Ran
from registrar.domain.smoking import Smoke
from registrar.integrations.smoke.values import array_of, told_all
from registrar.reading.example import (
    MAX_SIZE,
    ExampleError,
    expected_from,
    inputs_from,
    outputs_from,
    written,
)
from registrar.reading.json import read_json

FEW = settings(max_examples=300, derandomize=True, deadline=None, database=None)
NUMBERS = st.one_of(
    st.integers(-3, 5),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([1 << 40, 10**400, -(2**63), 1e308, 5e-324]),
)
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    NUMBERS,
    st.sampled_from(["NaN", "Infinity", "x", ""]),
    st.text(max_size=4),
)
ANY = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)
SHAPES = st.one_of(st.lists(st.integers(0, 4), max_size=4), ANY)
DESCRIBED = st.fixed_dictionaries(
    {},
    optional={
        "shape": SHAPES,
        "data": st.one_of(st.lists(PLAIN, max_size=9), ANY),
        "values": st.one_of(st.lists(PLAIN, max_size=9), ANY),
        "kind": st.one_of(st.sampled_from(["float", "int", "text"]), ANY),
        "fill": st.one_of(NUMBERS, ANY),
        "linspace": st.one_of(st.lists(NUMBERS, min_size=2, max_size=2), ANY),
        "every": st.one_of(st.integers(-1, 3), ANY),
        "dtype": st.one_of(st.sampled_from(["float32", "int8", "str", "object", "O", "V9"]), ANY),
        "more": ANY,
    },
)
RULED = st.one_of(
    *(
        st.fixed_dictionaries(
            {"shape": SHAPES, way: st.one_of(NUMBERS, st.lists(PLAIN, max_size=3))}
        )
        for way in ("fill", "linspace")
    )
)
DOCUMENTS = st.one_of(
    ANY, st.dictionaries(st.text(max_size=3), st.one_of(DESCRIBED, RULED, ANY), max_size=3)
)


def whole(array: Array) -> bool:
    """Tell an array that has as many values as its shape and its step want, all plain."""
    plain = all(isinstance(value, str | bool | int | float) for value in array.values)
    return plain and len(array.values) == -(-array.size // array.every) and array.size <= MAX_SIZE


def read(reader: Any, document: object) -> Any:
    """What a reader makes of a document; None where it says what is wrong."""
    try:
        return reader(document)
    except ExampleError:
        return None


@FEW
@given(DOCUMENTS)
def test_documents_are_whole_or_refused(document: object) -> None:
    for array in (read(expected_from, document) or {}).values():
        assert whole(array)
    found = read(outputs_from, document)
    if found is not None:
        assert all(map(whole, found[0].values()))
    for given_array in (read(inputs_from, document) or {}).values():
        size = 1
        for length in given_array["shape"]:
            size *= length
        assert 0 <= size <= MAX_SIZE
        assert len(given_array.get("data", ())) in (0, size)


@FEW
@given(st.fixed_dictionaries({"X": st.one_of(RULED, RULED, DESCRIBED)}))
def test_inputs_that_are_read_become_arrays_of_their_shape(document: object) -> None:
    """But where a type does not take the values: that is said of the example, by its own error."""
    for array in (read(inputs_from, document) or {}).values():
        if array["dtype"] not in (None, "float32", "object"):
            continue
        values = [*array.get("data", ()), array.get("fill")]
        texts = [v for v in values if isinstance(v, str) and v not in SPECIAL]
        if array["dtype"] == "float32" and texts:
            continue
        try:
            made = array_of(array)
        except OverflowError:  # a whole number that no type holds
            continue
        assert list(made.shape) == array["shape"]


@FEW
@given(st.one_of(st.binary(max_size=200), DOCUMENTS.map(lambda data: json.dumps(data).encode())))
def test_bytes_are_a_document_or_refused(raw: bytes) -> None:
    document = read_json(raw)
    if document.readable:
        read(expected_from, document.data)
        read(inputs_from, document.data)


@FEW
@given(DOCUMENTS)
def test_what_is_written_reads_back_as_the_same(document: object) -> None:
    readable = read_json(json.dumps(document).encode()).readable  # no control characters, say
    arrays = read(expected_from, document) if readable else None
    if arrays and all(abs(v) < 1e300 for a in arrays.values() for v in a.values if type(v) is int):
        again = read_json(written(arrays).encode())
        assert again.readable, written(arrays)
        assert compare(arrays, expected_from(again.data), Tolerance(0.0, 0.0)) is None


STAGES = st.sampled_from(["load", "run", "done", "x"])
ANSWERS = st.one_of(
    ANY,
    st.fixed_dictionaries(
        {},
        optional={
            "stage": st.one_of(STAGES, ANY),
            "seconds": ANY,
            "runtime": ANY,
            "missing": ANY,
            "failed": st.one_of(st.sampled_from(["load", "run", "tell"]), ANY),
            "error": ANY,
            "module": st.one_of(st.just("sklearn.tree"), ANY),
            "outputs": DOCUMENTS,
        },
    ),
)


@FEW
@given(
    st.lists(ANSWERS, max_size=4), st.sampled_from(End), st.integers(-300, 300), st.text(max_size=9)
)
def test_no_answer_of_a_job_raises(answers: list[Any], end: End, code: int, err: str) -> None:
    """What comes out of the sandbox may be anything."""
    ran = Ran(end=end, code=code, answers=tuple(answers), err=err, level=Level.LIMITS)
    smoked, outputs = told("wine-1.0.0", ran, "onnxruntime", SmokeLimits())
    assert smoked.answer in Smoke
    assert (outputs is not None) == (smoked.answer is Smoke.PASSES)
    if outputs is not None:
        assert all(map(whole, outputs.outputs.values()))


@FEW
@given(st.dictionaries(st.text(min_size=1, max_size=3), st.lists(PLAIN.filter(lambda v: v is not None), max_size=5), max_size=3))  # fmt: skip
def test_whatever_a_model_gives_is_told_or_refused(outputs: dict[str, list[Any]]) -> None:
    from registrar.integrations.smoke.values import TooMuchError

    try:
        sent = json.loads(json.dumps(told_all(outputs, None)))
    except (TooMuchError, OverflowError, ValueError, TypeError):
        return  # the job says so of the model
    if sent:
        arrays, _ = outputs_from(sent)
        assert all(map(whole, arrays.values()))


@pytest.mark.parametrize(
    "rule",
    [
        {"fill": [0.5]},
        {"fill": None},
        {"fill": {}},
        {"linspace": ["a", 1]},
        {"linspace": ["NaN", 1]},
        {"linspace": [True, 1]},
        {"linspace": [1]},
        {"linspace": 1},
        {"linspace": [[0], [1]]},
    ],
    ids=str,
)
def test_rules_that_mean_nothing_are_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ExampleError):
        inputs_from({"X": {"shape": [2], **rule}})


def test_texts_that_fill_an_array_are_whole() -> None:
    for dtype in ({}, {"dtype": "str"}, {"dtype": "object"}):
        read_array = inputs_from({"X": {"shape": [2], "fill": "red wine", **dtype}})["X"]
        assert array_of(read_array).tolist() == ["red wine"] * 2
