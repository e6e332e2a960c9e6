"""ONNX's own backend tests: no model is refused by a scan, and the runtime reproduces their data."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import pytest
from backend_models import DATA, NoExampleError, example, files, light_example, with_data
from builders import run
from models import entry, tried

from registrar.domain.smoking import Smoke, Smoked
from registrar.integrations.scanning.allowlist import allowlist
from registrar.integrations.scanning.engine import Engine
from registrar.integrations.scanning.parts import Part
from registrar.integrations.scanning.scanner import ChildScanner
from registrar.ports.scanning import ToScan

LARGE = 5
"""Tests whose inputs are more than a document holds."""
RUNTIME_REFUSES = {
    "Could not find an implementation for": "operators of 2017 and 2018; ONNX Runtime begins at 7",
    "is not a registered function/op": "gradients, which are for training alone",
    "string_normalizer.cc": "wants the locale en_US of the machine",
}
"""What ONNX Runtime says of models that it does not run anywhere, and why."""
FEW = {"test_operator_selu", "test_Embedding", "test_ConvTranspose2d", "test_GLU"}
"""Of the two thousand small ones, in every run; besides all of ``simple``."""
RELAXED = 'schema_version = 1\n[smoke]\nmemory = "6 GiB"\nmax_rtol = 0.002\n'


def test_a_scan_refuses_none_of_their_files() -> None:
    found = files()
    scan = ChildScanner().scan(
        [ToScan(str(path.relative_to(DATA)), str(path), path.stat().st_size) for path in found]
    )
    wrong = {f.path: (f.format, f.troubles) for f in scan.files if f.troubles or f.format != "onnx"}
    print(f"models that lie in the package: {len(wrong)} wrong verdicts of {len(found)}")
    assert wrong == {}
    assert len(found) >= 140


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # NumPy's, of the values that the cases are made of
def test_a_scan_refuses_none_of_the_models_that_their_tests_make() -> None:
    from onnx.backend.test.case.node import collect_testcases

    wrong, cases = {}, collect_testcases(None)
    for case in cases:
        raw = case.model.SerializeToString()
        judged = Engine(allowlist()).judged(Part(case.name, io.BytesIO(raw), len(raw), beside={}))
        if judged.troubles or judged.format != "onnx":
            wrong[case.name] = judged
    print(f"models of single operators: {len(wrong)} wrong verdicts of {len(cases)}")
    assert wrong == {}
    assert len(cases) >= 1_500


def smoked(folder: Path, place: Path) -> Smoked:
    """The smoke test of a model with the data that lie beside it; raises NoExampleError."""
    given, wanted = example(folder)
    content = (folder / "model.onnx").read_bytes()
    return tried(entry(place / folder.name, "model.onnx", content, given, wanted))


def run_all(folders: list[Path], place: Path) -> Counter[str]:
    """Try them all; the answers, counted, and nothing but what is expected above."""
    answers: Counter[str] = Counter()
    for folder in folders:
        try:
            answer = smoked(folder, place)
        except NoExampleError as error:
            answers[str(error)] += 1
            continue
        why = [told for told in RUNTIME_REFUSES if told in answer.message]
        assert answer.answer is (Smoke.LOADS_NOT if why else Smoke.PASSES), (folder, answer)
        answers[why[0] if why else "passes"] += 1
    return answers


def test_a_few_reproduce_their_data_in_the_sandbox(tmp_path: Path) -> None:
    few = [f for f in with_data() if f.parent.name == "simple" or f.name in FEW]
    answers = run_all(few, tmp_path)
    print(answers)
    assert answers["passes"] >= 8


@pytest.mark.slow
def test_all_reproduce_their_data_in_the_sandbox(tmp_path: Path) -> None:
    answers = run_all(with_data(), tmp_path)
    print(answers)
    assert answers["passes"] >= 95
    assert answers["a large random input"] <= LARGE
    assert answers["a sequence"] == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", sorted((DATA / "light").glob("*.onnx")), ids=lambda path: path.stem
)
def test_whole_networks_reproduce_their_data_in_the_sandbox(path: Path, tmp_path: Path) -> None:
    given, wanted = light_example(path)
    made = entry(tmp_path, "model.onnx", path.read_bytes(), given, wanted)
    (tmp_path / "registrar.toml").write_text(RELAXED, encoding="utf-8")
    assert run("scan", str(made / "model.onnx")).code == 0
    answer = tried(made)
    print(answer.message, answer.peak >> 20, "MiB", answer.ran_in)
    assert answer.answer is Smoke.PASSES, answer
    assert answer.compared == 1_000
