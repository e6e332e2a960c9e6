"""metrics-regression and the facts of a change: what a new version measures against the last."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from builders import POLICY, Repo, good_repo
from changes import AT, branch, said
from hypothesis import given
from hypothesis import strategies as st

from registrar.app.asking import CheckRequest
from registrar.app.check import check
from registrar.app.comparison import Revisions
from registrar.assemble import world_at
from registrar.domain.gates import Gate, stricter
from registrar.domain.report import EntryFacts, MetricDelta, Verdict
from registrar.domain.versions import lower_versions, split_folder

LIMIT = '[metrics."wine"]\n"test.accuracy" = {min = 0.5, max_regression = 0.01}\n'
DATASET = ("evaluation:\n", "evaluation:\n  dataset: test\n")


def measured(repo: Repo, folder: str, metrics: dict[str, Any], dataset: bool = True) -> None:
    repo.add_entry(folder)
    repo.write(f"model_registry/{folder}/metrics.json", json.dumps(metrics))
    if dataset:
        repo.edit(f"model_registry/{folder}/metadata.yaml", *DATASET)


def accuracy(value: float) -> dict[str, Any]:
    return {"test": {"accuracy": value}}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """wine 1.0.0 with 0.95 on main, a limit of 0.01, and a branch."""
    repo = good_repo(tmp_path / "repo")
    repo.write("registrar.toml", POLICY + LIMIT)
    repo.edit("model_registry/wine-1.0.0/metadata.yaml", *DATASET)
    repo.commit("measured on the test split")
    return branch(repo)


def told(repo: Repo, severity: str = "error") -> list[str]:
    return said(repo.check("--base", "main", *AT), "metrics-regression", severity)


def test_a_version_that_is_worse_by_more_than_allowed_is_refused(repo: Repo) -> None:
    measured(repo, "wine-1.1.0", accuracy(0.91))
    result = repo.check("--base", "main", *AT)
    (finding,) = [f for f in result.findings if f["rule"] == "metrics-regression"]
    assert finding["message"] == (
        "test.accuracy is 0.91, 0.04 worse than the 0.95 of wine-1.0.0; allowed is 0.01"
    )
    assert (finding["path"], finding["line"]) == ("model_registry/wine-1.1.0/metrics.json", 1)


@pytest.mark.parametrize("value", [0.94, 0.95, 0.99])
def test_as_much_as_is_allowed_passes_without_float_noise(repo: Repo, value: float) -> None:
    measured(repo, "wine-1.1.0", accuracy(value))
    assert repo.check("--base", "main", *AT).code == 0


def test_compared_is_the_next_lower_version_and_not_the_newest(repo: Repo) -> None:
    measured(repo, "wine-2.0.0", accuracy(0.99))
    repo.commit("two")
    repo.git("checkout", "--quiet", "-B", "main")
    branch(repo)
    measured(repo, "wine-1.0.1", accuracy(0.945))
    assert told(repo) == []
    measured(repo, "wine-1.10.0", accuracy(0.945))
    measured(repo, "wine-1.9.0", accuracy(0.96))
    assert told(repo) == [
        "test.accuracy is 0.945, 0.015 worse than the 0.96 of wine-1.9.0; allowed is 0.01"
    ]


def test_two_versions_in_one_change_are_compared_with_each_other(repo: Repo) -> None:
    measured(repo, "wine-1.1.0", accuracy(0.97))
    measured(repo, "wine-1.2.0", accuracy(0.95))
    assert len(told(repo)) == 1


def test_where_less_is_better_more_is_worse(repo: Repo) -> None:
    for number, (gate, error) in enumerate(
        [("direction: min, max: 9", 1), ("max: 9", 1), ("direction: max, max: 9", 0)], 1
    ):
        repo.git("checkout", "--quiet", "-B", "work", "main")
        for folder, value in (("w-1.0.0", 0.2), ("w-1.1.0", 0.3)):
            measured(repo, folder, {**accuracy(0.95), "loss": value})
            gates = f"gates: {{loss: {{{gate}, max_regression: 0.05}}, test.accuracy:"
            repo.edit(f"model_registry/{folder}/metadata.yaml", "gates: {test.accuracy:", gates)
        assert len(told(repo)) == error, number


def test_other_data_is_not_comparable_and_says_so(repo: Repo) -> None:
    measured(repo, "wine-1.1.0", accuracy(0.5))
    repo.edit("model_registry/wine-1.1.0/dataset-manifest.yaml", "c" * 64, "d" * 64)
    assert told(repo) == []
    assert told(repo, "note") == ["not comparable: wine-1.0.0 was measured on other data"]


def test_unknown_data_is_not_comparable_and_says_whose(repo: Repo) -> None:
    measured(repo, "wine-1.1.0", accuracy(0.5), dataset=False)
    assert told(repo, "note") == [
        "not comparable: nothing tells on which data wine-1.1.0 was measured"
    ]


def test_a_metric_that_the_last_version_did_not_have_is_a_note(repo: Repo) -> None:
    repo.write("registrar.toml", POLICY + LIMIT + '"test.f1" = {max_regression = 0.1}\n')
    repo.commit("one more limit")
    repo.git("checkout", "--quiet", "-B", "main")
    branch(repo)
    measured(repo, "wine-1.1.0", {"test": {"accuracy": 0.95, "f1": 0.9}})
    assert told(repo, "note") == ["not comparable: wine-1.0.0 did not measure test.f1"]


def test_without_a_limit_nothing_is_compared(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "main")
    repo.write("registrar.toml", POLICY)
    repo.commit("no limit")
    repo.git("checkout", "--quiet", "-B", "work")
    measured(repo, "wine-1.1.0", accuracy(0.91))
    assert told(repo) == told(repo, "note") == []


def test_an_entry_may_only_tighten_the_limit(repo: Repo) -> None:
    measured(repo, "wine-1.1.0", accuracy(0.91))
    file = "model_registry/wine-1.1.0/metadata.yaml"
    repo.edit(file, "min: 0.9}", "min: 0.9, max_regression: 0.5}")
    assert len(told(repo)) == 1
    repo.write("model_registry/wine-1.1.0/metrics.json", json.dumps(accuracy(0.945)))
    repo.edit(file, "max_regression: 0.5", "max_regression: 0.001")
    assert told(repo) == [
        "test.accuracy is 0.945, 0.005 worse than the 0.95 of wine-1.0.0; allowed is 0.001"
    ]


def test_a_pinned_manifest_elsewhere_tells_the_data_too(repo: Repo) -> None:
    url = f"dataset_manifest: {{url: https://data.example/wine.yaml, sha256: {'e' * 64}}}"
    for folder, value in (("w-1.0.0", 0.95), ("w-1.1.0", 0.91)):
        measured(repo, folder, accuracy(value))
        path = f"model_registry/{folder}/metadata.yaml"
        repo.edit(path, "dataset_manifest: dataset-manifest.yaml", url)
        repo.edit(path, "min: 0.9}", "min: 0.9, max_regression: 0.01}")
        (repo.path / f"model_registry/{folder}/dataset-manifest.yaml").unlink()
    assert len(told(repo)) == 1


def facts(repo: Repo) -> tuple[EntryFacts, ...]:
    request = CheckRequest(revisions=Revisions(base="main"))
    return check(request, world_at(str(repo.path))).facts


def test_facts_of_a_change(repo: Repo) -> None:
    measured(repo, "wine-1.1.0", {**accuracy(0.91), "speed": 7})
    measured(repo, "beer-1.0.0", accuracy(0.93))
    beer, wine = facts(repo)
    assert (beer.entry, beer.verdict, beer.license) == ("beer-1.0.0", Verdict.PASS, "Apache-2.0")
    assert (beer.previous, beer.metrics) == (None, (MetricDelta("test.accuracy", 0.93),))
    assert (wine.verdict, wine.previous) == (Verdict.FAIL, "wine-1.0.0")
    assert wine.size == (repo.path / "model_registry/wine-1.1.0/model.onnx").stat().st_size
    assert wine.metrics == (
        MetricDelta("speed", 7),
        MetricDelta("test.accuracy", 0.91, 0.95, better=False),
    )


def test_facts_are_of_a_change_only(repo: Repo) -> None:
    assert check(CheckRequest(), world_at(str(repo.path))).facts == ()


numbers = st.none() | st.floats(0, 1)
gates = st.builds(Gate, numbers, numbers, st.sampled_from([None, "max", "min"]), numbers)


@given(gates, gates)
def test_law_the_stricter_gate_lets_no_more_through_than_either(one: Gate, other: Gate) -> None:
    both = stricter(one, other)
    for gate in (one, other):
        if gate.max_regression is not None:
            assert both.max_regression is not None
            assert Decimal(both.max_regression) <= Decimal(gate.max_regression)


versions = st.builds(
    lambda name, a, b, pre: f"{name}-{a}.{b}.0{pre}",
    st.sampled_from(["a", "b"]),
    st.integers(0, 3),
    st.integers(0, 12),
    st.sampled_from(["", "-rc.1", "-rc.10", "+x", "+y"]),
)


@given(st.sets(versions, max_size=12))
def test_law_the_next_lower_version_is_the_highest_of_those_below(folders: set[str]) -> None:
    lower = lower_versions(folders)
    for folder in folders:
        name = split_folder(folder)
        assert name is not None
        named = [n for n in map(split_folder, folders) if n is not None and n.name == name.name]
        below = [n.version.precedence for n in named if n.version < name.version]
        found = split_folder(lower[folder]) if folder in lower else None
        assert (found.version.precedence if found else None) == max(below, default=None)


@pytest.mark.parametrize(
    ("floor", "gate", "metrics"),
    [
        ('"test.accuracy" = {min = 0.5, max_regression = 0.01}', "direction: min", 0.81),
        ('"test.accuracy" = {max_regression = 0.01}', "max: 1", 0.81),
        ('"test.loss" = {max = 0.9, max_regression = 0.01}', "min: 0", 0.85),
    ],
)
def test_an_entry_cannot_turn_a_floor_round(
    repo: Repo, floor: str, gate: str, metrics: float
) -> None:
    metric = floor.split('"')[1]
    name = metric.removeprefix("test.")
    repo.git("checkout", "--quiet", "main")
    repo.write("registrar.toml", POLICY + f'[metrics."w"]\n{floor}\n')
    measured(repo, "w-1.0.0", {"test": {"accuracy": 0.95, "loss": 0.1}})
    repo.commit("before")
    repo.git("checkout", "--quiet", "-B", "work")
    measured(repo, "w-1.1.0", {"test": {"accuracy": 0.95, "loss": 0.1} | {name: metrics}})
    repo.edit(
        "model_registry/w-1.1.0/metadata.yaml",
        "gates: {test.accuracy: {direction: max, min: 0.9}}",
        f"gates: {{{metric}: {{{gate}}}}}",
    )
    assert len(told(repo)) == 1


def test_versions_on_other_data_between_are_looked_past(repo: Repo) -> None:
    measured(repo, "wine-1.0.1", accuracy(0.99))
    repo.edit("model_registry/wine-1.0.1/dataset-manifest.yaml", "c" * 64, "d" * 64)
    measured(repo, "wine-1.1.0", accuracy(0.81))
    assert told(repo) == [
        "test.accuracy is 0.81, 0.14 worse than the 0.95 of wine-1.0.0; allowed is 0.01"
    ]


def test_stepping_stones_of_one_change_do_not_help(repo: Repo) -> None:
    for number in range(1, 5):
        measured(repo, f"wine-1.1.0-rc.{number}", accuracy(round(0.95 - number / 100, 2)))
    assert told(repo) == [
        f"test.accuracy is {0.95 - n / 100:g}, 0.0{n} worse than the 0.95 of wine-1.0.0; allowed is 0.01"
        for n in (2, 3, 4)
    ]
