"""The composite action in the step harness: its inputs, its outputs, and what stays text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from builders import Repo, good_repo
from github_side import TOP
from step_harness import Harness, Run

ACTION = yaml.safe_load((TOP / "action.yml").read_text(encoding="utf-8"))
DEFAULTS = {name: given["default"] for name, given in ACTION["inputs"].items()}


class Action:
    def __init__(self, folder: Path, gate: Path) -> None:
        self.repo: Repo = good_repo(folder / "workspace")
        self.harness = Harness(folder, "", gate)
        self.outputs: dict[str, str] = {}

    def run(self, **inputs: str) -> Run:
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        context = {"inputs": DEFAULTS | given, "github": {}, "steps": {}}
        run = self.harness.steps(ACTION["runs"]["steps"], context, GITHUB_ACTION_PATH=str(TOP))
        self.outputs = context["steps"]["judge"]["outputs"]
        return run


@pytest.fixture
def action(tmp_path: Path, gate: Path) -> Action:
    return Action(tmp_path, gate)


def test_a_good_registry_passes_with_its_outputs(action: Action) -> None:
    run = action.run()
    assert run.code == 0, run.out
    sarif = Path(action.outputs.pop("sarif-file"))
    assert action.outputs == {"exit-code": "0", "verdict": "pass", "findings": "0"}
    assert json.loads(sarif.read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert "PASS" in run.summary


def test_a_bad_change_fails_and_its_outputs_say_how(action: Action) -> None:
    base = action.repo.git("rev-parse", "HEAD")
    action.repo.add_entry("wine-1.1.0")
    action.repo.edit("model_registry/wine-1.1.0/metadata.yaml", "Apache-2.0", "GPL-3.0-only")
    head = action.repo.commit()
    run = action.run(base=base, head=head, report="junit=report one.xml\nconcise=out.txt\n")
    assert run.code == 1, run.out
    assert action.outputs["verdict"] == "fail"
    assert action.outputs["exit-code"] == "1"
    assert int(action.outputs["findings"]) >= 1
    assert (action.repo.path / "report one.xml").exists()
    assert "license-policy" in (action.repo.path / "out.txt").read_text(encoding="utf-8")


def test_paths_and_severity_are_taken(action: Action) -> None:
    action.repo.add_entry("wine-1.1.0")
    action.repo.write("model_registry/wine-1.1.0/MODEL_CARD.md", "# Nothing\n")
    assert action.run(paths="model_registry/wine-1.0.0\n", fail_on="note").code == 0


def test_a_base_that_is_not_there_is_an_error_without_a_report(action: Action) -> None:
    run = action.run(base="no-such-revision")
    assert run.code == 2, run.out
    assert action.outputs == {"exit-code": "2"}


@pytest.mark.parametrize("name", ["base", "head", "base_tip", "paths", "report", "fail_on"])
def test_an_input_is_never_a_command_or_an_option(action: Action, name: str) -> None:
    run = action.run(**{name: "--help $(touch pwned)`touch pwned`'; touch pwned; '"})
    assert run.code != 0, run.out
    assert not list(action.harness.folder.rglob("pwned"))
    assert "show this help" not in run.out
