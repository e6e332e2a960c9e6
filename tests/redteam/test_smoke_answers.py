"""A model that lies: what its process sends is bounded, of one shape, and never taken back."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from models import WINE, as_onnx, entry, subject, tools, trained, tried

from registrar.app.smoking.answers import told
from registrar.app.smoking.recording import record
from registrar.app.smoking.service import smoke
from registrar.domain.arrays import Array, Deviation, Tolerance, compare
from registrar.domain.policy import SmokeLimits
from registrar.domain.sandboxing import End, Job, Level, Ran
from registrar.domain.smoking import Smoke, Smoked
from registrar.formats.smoked import as_json, text
from registrar.integrations.work_tree_writer import WorkTreeWriter

LOAD = {"stage": "load", "runtime": "onnxruntime 1"}
RUN = {"stage": "run", "seconds": 0.1}


def array(values: object, shape: object = (1,), every: object = 1, kind: object = "float") -> Any:
    return {"shape": shape, "values": values, "every": every, "kind": kind}


def done(outputs: object, **more: object) -> dict[str, object]:
    return {"stage": "done", "seconds": 0.1, "outputs": outputs, **more}


class Liar:
    """A sandbox in which the model says what it likes; what it sends went through JSON."""

    def __init__(self, *answers: object) -> None:
        sent = (a if isinstance(a, str) else json.dumps(a) for a in answers)
        self.answers = tuple(map(json.loads, sent))

    def run(self, job: Job) -> Ran:
        return Ran(End.EXITED, Level.LANDLOCK, ("limits",), answers=self.answers, seconds=1.0)


@pytest.fixture
def lie(tmp_path: Path) -> Callable[..., Smoked]:
    """The smoke test of an entry that expects ``{"y": expected}``, told these answers."""

    def lies(*answers: object, expected: object = (1.5,), saved: bool = False) -> Smoked:
        from dataclasses import replace

        given = {"y": expected}
        path = entry(tmp_path, "model.onnx", as_onnx(trained()), {"X": WINE}, given)
        liar = replace(tools(), sandbox=Liar(*answers))
        if saved:
            (path / "smoke/expected.json").unlink()
            smoked = record(subject(path), liar, WorkTreeWriter(str(path)), overwrite=False)
            assert not (path / "smoke/expected.json").exists()
        else:
            smoked = smoke(subject(path), liar)
        assert len(text([smoked])) < 1_500
        json.loads(as_json([smoked], 1))
        return smoked

    return lies


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([done({"y": array([1.5], every=10**18)})], "the steps of y is every 1,000"),
        ([done({"y": array([1.5], [2], 2)})], "the shape of y is 2, not 1"),
        ([done({"y": array([10**400], kind="int")})], "y[0] is 1000"),
        (['{"stage": "done", "outputs": {"y": ' + json.dumps(array([math.inf])) + "}}"], "y[0] is"),
        ([done({"y": array(["a" * 10**6], kind="text")})], "y[0] is 'aaa"),
        ([done({"y": array([True], kind="bool")})], "y[0] is true, not 1.5"),
        ([done({"y": array([9])}), done({"y": array([1.5])})], "y[0] is 9, not 1.5"),
    ],
)
def test_another_answer_is_a_deviation(
    answers: list[object], message: str, lie: Callable[..., Smoked]
) -> None:
    smoked = lie(LOAD, RUN, *answers)
    assert smoked.answer is Smoke.REPRODUCES_NOT
    assert smoked.message.startswith(message)


@pytest.mark.parametrize(
    "answer",
    [
        done(None),
        done([1]),
        done({}),
        done({"y": array([1.5], [-1])}),
        done({"y": array([1.5], [2**63])}),
        done({"y": array([1.5], "x")}),
        done({"y": array([None])}),
        done({"y": array([1.5], every=0)}),
        done({"": array([1.5])}),
        '{"stage": "done", "outputs": {"y": ' + "[" * 900 + "]" * 900 + "}}",
        '{"failed": "run", "error": ' + "[" * 900 + "]" * 900 + "}",
        {"failed": {"a": 1}, "error": ["x" * 10**6]},
        {"failed": "run", "error": "\ud800 \x1b[2J::error::" + "x" * 10**6},
        {"missing": "x" * 10**6},
        {"stage": ["done"]},
        [1],
        None,
    ],
)
def test_no_answer_is_no_pass_and_no_crash(answer: object, lie: Callable[..., Smoked]) -> None:
    smoked = lie(LOAD, RUN, answer)
    assert smoked.answer in (Smoke.RUNS_NOT, Smoke.REPRODUCES_NOT)
    assert "\x1b" not in text([smoked])


def test_what_was_said_first_is_not_taken_back(lie: Callable[..., Smoked]) -> None:
    wrong = done({"y": array([9])}, runtime="onnxruntime 99")
    smoked = lie(LOAD, RUN, wrong, {"missing": "numpy"}, done({"y": array([1.5])}))
    assert (smoked.answer, smoked.runtime) == (Smoke.REPRODUCES_NOT, "onnxruntime 1")


@pytest.mark.parametrize("seconds", [-5, 1e308, 2, True, "1", [], math.nan])
def test_times_that_cannot_be_are_not_told(seconds: object, lie: Callable[..., Smoked]) -> None:
    outputs = {"y": array([1.5])}
    smoked = lie(LOAD, RUN, {"stage": "done", "seconds": seconds, "outputs": outputs})
    assert (smoked.answer, smoked.ran_in) == (Smoke.PASSES, None)


@pytest.mark.parametrize("outputs", [{}, {"y": array([], [0])}])
def test_nothing_to_compare_is_not_recorded(outputs: object, lie: Callable[..., Smoked]) -> None:
    assert lie(LOAD, RUN, done(outputs), saved=True).answer is Smoke.UNCHECKED


def test_nothing_to_compare_is_no_pass(lie: Callable[..., Smoked]) -> None:
    smoked = lie(LOAD, RUN, done({"y": array([], [0])}), expected=[])
    assert smoked.answer is Smoke.RUNS_NOT
    assert "nothing would be compared" in smoked.message


def test_a_million_answers_are_read_in_linear_time() -> None:
    answers = tuple({f"key{number}": number} for number in range(200_000))
    smoked, outputs = told("e", Ran(End.EXITED, answers=answers), "onnxruntime", SmokeLimits())
    assert (smoked.answer, outputs) == (Smoke.LOADS_NOT, None)


@pytest.mark.parametrize("asked", ["-1", "-0.5", '"1e9"', ".inf", ".nan", "1e400", "true"])
@pytest.mark.parametrize("name", ["atol", "rtol"])
def test_no_tolerance_of_an_entry_lets_everything_pass(
    name: str, asked: str, tmp_path: Path
) -> None:
    expected = {"label": [0, 0], "probabilities": [[9.5] * 3] * 2}
    model, more = as_onnx(trained()), f", {name}: {asked}"
    smoked = tried(entry(tmp_path, "model.onnx", model, {"X": WINE}, expected, more))
    assert smoked.answer in (Smoke.REPRODUCES_NOT, Smoke.UNCHECKED)


@pytest.mark.parametrize("tolerance", [-1.0, math.nan, 0.0])
def test_no_tolerance_at_all_lets_everything_pass(tolerance: float) -> None:
    found = compare(of(1.0), of(99.0), Tolerance(tolerance, tolerance))
    assert found is not None
    assert found.away == 98


def of(*values: float | str) -> dict[str, Array]:
    return {"y": Array((len(values),), values)}


@pytest.mark.parametrize(
    ("expected", "found", "worst"),
    [
        (of(0.0, 100.0), of(0.5, 150.0), Deviation("y[1]", "100", "150", 50, 0, 2)),
        (of(0, 1, 2), of(1, 9, 3), Deviation("y[1]", "1", "9", 8, 0, 3)),
        (of(1.0, 1.0), of(99.0, math.nan), Deviation("y[1]", "1", "nan", None, None, 2)),
        (of(2**63 - 1), of(2**63), Deviation("y[0]", str(2**63 - 1), str(2**63), 1, 0, 1)),
        (of(1e308, -0.0), of(-1e308, 0.0), Deviation("y[0]", "1e+308", "-1e+308", None, None, 1)),
    ],
)
def test_the_worst_place_and_its_size(
    expected: dict[str, Array], found: dict[str, Array], worst: Deviation
) -> None:
    assert compare(expected, found, Tolerance(0, 0)) == worst


def test_no_answer_of_the_artifact_is_the_expected_output(tmp_path: Path) -> None:
    """An ONNX model may name any file beside it as its weights: not what is expected of it."""
    import onnx
    from onnx import TensorProto, helper

    weights = TensorProto(name="w", data_type=TensorProto.UINT8, dims=[4])
    weights.data_location = TensorProto.EXTERNAL
    weights.external_data.add(key="location", value="smoke/expected.json")
    weights.external_data.add(key="length", value="4")
    node = helper.make_node("Identity", ["w"], ["y"])
    output = helper.make_tensor_value_info("y", TensorProto.UINT8, [4])
    graph = helper.make_graph([node], "g", [], [output], [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    expected = '{"y": [123, 34, 121, 34]}'  # the first four bytes of this file
    path = entry(tmp_path, "model.onnx", model.SerializeToString(), {}, expected)
    assert onnx.load_model(str(path / "model.onnx")).graph.initializer[0].raw_data == b'{"y"'
    smoked = tried(path)
    assert smoked.answer is Smoke.RUNS_NOT
    assert smoked.message == (
        "smoke/expected.json is part of the artifact, where the model could read it"
    )
