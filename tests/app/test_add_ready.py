"""``registrar add`` where something has to come first: a registry, a commit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from added import OPTIONS, add, training_repo
from adoption import snapshot
from builders import GIT_ENV, ONNX, POLICY, Repo, good_entry, run
from terminal import talk

FIRST = (
    "registrar: there is no commit to name\n  = hint: commit your training code, or give --source"
)


def test_before_init_it_makes_no_registry(tmp_path: Path) -> None:
    repo = training_repo(tmp_path / "r")
    (repo.path / "registrar.toml").unlink()
    before = snapshot(repo.path)
    for argv in (OPTIONS, ()):
        said = add(repo, *argv)
        told = "registrar: this is no registry\n  = hint: registrar init makes it one\n"
        assert (said.code, said.err) == (2, told)
    run_id = ("--from-mlflow", "f" * 32, "--tracking-uri", "http://localhost:1")
    assert "this is no registry" in run("add", *run_id, cwd=repo.path).err
    assert snapshot(repo.path) == before


def test_a_registry_without_a_policy_goes_on_working(tmp_path: Path) -> None:
    repo = training_repo(tmp_path / "r")
    (repo.path / "registrar.toml").unlink()
    for name, content in good_entry().items():
        path = repo.path / "model_registry/beer-1.0.0" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    said = add(repo, *OPTIONS)
    assert (said.code, said.out.startswith("added model_registry/wine-1.0.0\n")) == (1, True)


@pytest.mark.parametrize("git", [True, False])
def test_the_commit_comes_before_all_questions(tmp_path: Path, git: bool) -> None:
    repo = Repo(tmp_path / "r")
    repo.write("registrar.toml", POLICY)
    (tmp_path / "model.onnx").write_bytes(ONNX)
    if not git:
        shutil.rmtree(repo.path / ".git")
    before = snapshot(repo.path)
    said = run("add", "../model.onnx", cwd=repo.path)
    assert (said.code, said.err.startswith(FIRST)) == (2, True), said.err
    code, shown = talk(("add", "../model.onnx"), [], repo.path, GIT_ENV)
    assert (code, shown.startswith(FIRST)) == (2, True), shown
    assert snapshot(repo.path) == before


def test_without_one_here_another_may_be_named(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r")
    repo.write("registrar.toml", POLICY)
    repo.write("wine.csv", "a,b\n1,2\n")
    repo.write("measured.json", '{"test": {"accuracy": 0.95}}\n')
    (tmp_path / "model.onnx").write_bytes(ONNX)
    source = ("--source-repository", "https://h.example/a", "--source-commit", "f" * 40)
    assert add(repo, *OPTIONS, *source).code == 1
