"""registrar init on a folder of models that is there already: its papers and a baseline."""

from __future__ import annotations

import pickle
from pathlib import Path

from adoption import adopt, done, pickled_entry, snapshot
from builders import Repo


def test_an_existing_folder_of_models_gets_its_papers_and_a_baseline(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "old")
    repo.write("model_registry/fraud-1.0.0/model.pkl", pickle.dumps({"a": 1}))
    repo.write("model_registry/legacy/weights.bin", b"\0" * 100)
    repo.commit("models")
    before = snapshot(repo.path)
    said = adopt(repo)
    assert "2 entries are there already" in said.out
    assert said.out.index("--baseline") < said.out.index("git add")
    assert before.items() <= snapshot(repo.path).items()
    assert repo.check().code == 1
    assert done(repo, "--baseline")["baseline.yaml"] == "wrote"
    assert "grew" not in adopt(repo, "--baseline").out
    repo.commit("gate")
    assert repo.check().code == 0
    assert len(repo.check().report["baselined"]) > 3
    assert done(repo, "--baseline")["baseline.yaml"] == "kept"
    repo.add_entry("wine-1.0.0")
    repo.edit("model_registry/wine-1.0.0/metadata.yaml", "Apache-2.0", "prose")
    assert repo.check().rules == ["license-valid"], "what is new is judged"


def test_a_baseline_that_comes_too_late_is_told(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "old")
    repo.write("model_registry/fraud-1.0.0/model.pkl", pickle.dumps({"a": 1}))
    adopt(repo)
    repo.commit("gate and models")
    assert "--baseline" not in adopt(repo).out
    said = adopt(repo, "--baseline")
    assert "the gate refuses baseline.yaml as one that grew" in said.out
    repo.git("checkout", "--quiet", "-b", "late")
    repo.commit("baseline")
    assert "gate-intact" in repo.check("--base", "main").rules


def test_a_baseline_is_judged_by_the_policy_that_comes_with_it(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "old")
    repo.add_entry("wine-1.1.0", pickled_entry())
    assert repo.check().code == 0, "the built-in policy warns"
    adopt(repo, "--baseline")
    assert "artifact-format" in (repo.path / "baseline.yaml").read_text("utf-8")
    assert repo.check().code == 0
