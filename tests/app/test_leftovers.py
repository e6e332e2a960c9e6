"""Bytes that a checkout leaves in the registry, and entries that were never committed."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from added import OPTIONS, add, behind_dvc, training_repo
from builders import Repo, good_entry, run

pytestmark = pytest.mark.filterwarnings("ignore")  # those of DVC's libraries
ADVICE = "; or, if these bytes are left from another branch, remove the folder: rm -r "


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return training_repo(tmp_path / "r")


def hints(repo: Repo, *argv: str) -> list[str]:
    told = repo.check(*argv).report["findings"]
    return [one["hint"] for one in told if one["rule"] == "metadata-readable"]


def test_what_dvc_keeps_after_a_checkout_may_go(repo: Repo) -> None:
    behind_dvc(repo)
    repo.git("checkout", "--quiet", "-b", "other")
    assert add(repo, *OPTIONS).code == 1
    repo.git("add", "--", "model_registry")
    repo.git("commit", "--quiet", "--message", "Add wine 1.0.0", "--", "model_registry")
    repo.git("checkout", "--quiet", "--force", "-")
    left = repo.path / "model_registry/wine-1.0.0"
    assert [path.name for path in left.iterdir()] == ["model.onnx"]
    found = hints(repo)
    assert len(found) == 1
    assert found[0].startswith("write metadata.yaml with source")
    assert found[0].endswith(f"{ADVICE}model_registry/wine-1.0.0")
    said = add(repo, *OPTIONS)
    assert said.code == 2
    assert "git tracks nothing in it: left from another branch, it seems: rm -r" in said.err
    command = shlex.split(found[0].partition("folder: ")[2])
    subprocess.run(command, cwd=repo.path, check=True)
    assert repo.check().code == 3, "nothing is left to be judged"


@pytest.mark.parametrize("tracked", ["committed", "staged", "paper", "pointer", "revision"])
def test_nothing_else_is_advised_to_go(repo: Repo, tracked: str) -> None:
    repo.write("model_registry/wine-1.0.0/model/a.onnx", "x")
    if tracked == "paper":
        repo.write("model_registry/wine-1.0.0/dataset-manifest.yaml", "x")
    elif tracked == "pointer":
        repo.write("model_registry/wine-1.0.0/model.dvc", "outs: []\n")
    elif tracked == "staged":
        repo.git("add", "--all")
    else:
        repo.commit("no papers")
    argv = ("--base", "HEAD~1", "--head", "HEAD") if tracked == "revision" else ()
    found = hints(repo, *argv)
    assert len(found) == 1
    assert ADVICE not in found[0]


def test_the_advice_is_for_one_folder_of_several(repo: Repo) -> None:
    repo.write("model_registry/wine-1.0.0/model.onnx", "x")
    repo.commit("no papers")
    repo.write("model_registry/beer-1.0.0/model.onnx", "x")
    assert [ADVICE in hint for hint in hints(repo)] == [True, False]


def test_an_entry_that_was_never_committed_may_be_added_again(repo: Repo) -> None:
    assert add(repo, *OPTIONS).code == 1
    below = repo.path / "notes"
    below.mkdir()
    argv = ("../../model.onnx", "--name", "wine", "--version", "1.0.0", *OPTIONS)
    argv = tuple(word.replace("wine.csv", "../wine.csv") for word in argv)
    argv = tuple(word.replace("measured", "../measured") for word in argv)
    said = run("add", *argv, cwd=below)
    assert said.code == 2
    hint = "it was never committed: rm -r ../model_registry/wine-1.0.0 and add it again, or choose"
    assert hint in said.err
    subprocess.run(["rm", "-r", "../model_registry/wine-1.0.0"], cwd=below, check=True)
    assert run("add", *argv, cwd=below).code == 1


def test_of_a_committed_one_nothing_is_removed(repo: Repo) -> None:
    assert add(repo, *OPTIONS).code == 1
    repo.commit("Add wine 1.0.0")
    said = add(repo, *OPTIONS)
    assert (said.code, "rm -r" in said.err) == (2, False)
    assert "a version is never overwritten" in said.err


@pytest.mark.parametrize("behind", [False, True])
def test_what_fails_for_more_than_its_card_can_be_taken_back(repo: Repo, behind: bool) -> None:
    if behind:
        behind_dvc(repo)
    repo.edit("registrar.toml", '"onnx"', '"gguf"')
    repo.commit("no onnx here")
    said = add(repo, *OPTIONS)
    assert "error[artifact-format]" in said.out
    back = "or take it back, as nothing is committed yet: rm -r model_registry/wine-1.0.0"
    assert back in said.out
    assert ("DVC's cache keeps the bytes" in said.out) == behind


def test_a_card_to_write_is_no_reason_to_take_it_back(repo: Repo) -> None:
    assert "take it back" not in add(repo, *OPTIONS).out


def test_without_git_nothing_is_advised(repo: Repo) -> None:
    for name, content in good_entry().items():
        if name == "model.onnx":
            path = repo.path / "model_registry/wine-1.0.0" / name
            path.parent.mkdir(parents=True)
            path.write_bytes(content)
    shutil.rmtree(repo.path / ".git")
    assert [ADVICE in hint for hint in hints(repo)] == [False]
