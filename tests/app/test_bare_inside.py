"""A bare repository that lies in a work tree: neither is worked on without a word."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from adoption import snapshot
from builders import Repo, run

COMMANDS = [("init",), ("check",), ("check", "."), ("fix",), ("doctor", "--offline"), ("rules",)]


@pytest.fixture
def outer(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "outer")
    repo.add_entry()
    repo.commit("models")
    repo.git("clone", "--quiet", "--bare", ".", "server.git")
    return repo


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("below", ["server.git", "server.git/refs/heads"])
def test_it_is_not_guessed_which_is_meant(
    outer: Repo, command: tuple[str, ...], below: str
) -> None:
    before = snapshot(outer.path)
    result = run(*command, cwd=outer.path / below)
    assert (result.code, result.out) == (2, ""), result
    bare, top = os.path.realpath(outer.path / "server.git"), os.path.realpath(outer.path)
    assert f"{bare} looks like a bare repository, and lies in the repository {top}" in result.err
    assert f"hint: for {top}, start in a folder of it" in result.err
    assert snapshot(outer.path) == before


def test_a_folder_that_is_named_is_not_guessed_either(outer: Repo, tmp_path: Path) -> None:
    result = run("doctor", "--offline", str(outer.path / "server.git"), cwd=tmp_path)
    assert (result.code, result.out) == (2, "")
    assert "looks like a bare repository" in result.err


def test_the_caller_may_say_which(outer: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = outer.path / "server.git"
    monkeypatch.setenv("GIT_DIR", str(bare))
    said = run("check", "--base-tip", "HEAD", "--head", "HEAD", cwd=bare)
    assert said.code == 0, said
    assert "bare repository" in run("init", cwd=bare).err
    assert not (outer.path / "registrar.toml").exists()
    monkeypatch.setenv("GIT_DIR", str(outer.path / "other.git"))
    assert "looks like a bare repository" in run("check", cwd=bare).err


def test_a_change_cannot_make_its_entry_the_judge(outer: Repo, tmp_path: Path) -> None:
    """An entry that looks like a bare repository is judged by the one around it, or not at all."""
    entry = outer.path / "model_registry/wine-1.0.0"
    for name in ("HEAD", "objects", "refs", "config", "packed-refs"):
        os.rename(outer.path / "server.git" / name, entry / name)
    outer.write("model_registry/wine-1.0.0/MODEL_CARD.md", "# Nothing\n")
    loose = "[rules]\nseverity = {card-sections = 'off'}\n"
    outer.write("model_registry/wine-1.0.0/registrar.toml", loose)
    for cwd in (outer.path, tmp_path):
        result = run("check", "--format", "json", str(entry), cwd=cwd)
        assert (result.code, result.report["checked"]) == (1, ["wine-1.0.0"])
    assert run("check", "--format", "json", cwd=outer.path).code == 1
    assert run("check", cwd=entry).code == 2


def test_the_folder_of_git_itself_is_no_other_repository(outer: Repo) -> None:
    for folder in (".git", ".git/refs", "model_registry/wine-1.0.0"):
        assert run("check", cwd=outer.path / folder).code == 0


def test_the_folder_of_git_of_a_submodule_is_another(outer: Repo, tmp_path: Path) -> None:
    inner = Repo(tmp_path / "inner")
    inner.commit("first")
    outer.git(
        *("-c", "protocol.file.allow=always", "submodule", "add", "--quiet"),
        *(str(inner.path), "in"),
    )
    assert run("check", cwd=outer.path / ".git/modules/in").code == 2
