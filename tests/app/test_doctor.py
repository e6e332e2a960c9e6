"""registrar doctor without a server: the whole of it, what breaks, and no gate at all."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import Repo, run
from doctored import PYZ, copy_of, doctor, offline

from registrar.app import doctor as doctoring
from registrar.domain.diagnosis import Line, Topic


@pytest.fixture
def repo(made: Repo, tmp_path: Path) -> Repo:
    return copy_of(made, tmp_path / "registry")


def test_all_holds_after_init_and_a_commit(repo: Repo) -> None:
    said = offline(repo.path)
    assert (said.code, said.bad, said.unseen, said.err) == (0, [], [], "")
    assert said.report["doctor_version"] == 1
    assert said.report["talked_to"] is None
    assert said.state("workflow-as-shipped") == "holds"
    assert said.state("server") == "could not look"


def test_text_is_grouped_and_every_fault_has_a_fix(repo: Repo) -> None:
    (repo.path / PYZ).unlink()
    done = run("doctor", "--offline", cwd=repo.path)
    assert done.code == 1
    lines = done.out.splitlines()
    assert "program" in lines
    at = next(i for i, line in enumerate(lines) if f"does not        there is no {PYZ}" in line)
    assert lines[at + 1].strip() == "= fix: registrar init"
    assert lines[-1].startswith("NOT IN FORCE: ")
    for line in offline(repo.path).report["lines"]:
        assert line["state"] != "does not" or line["fix"], line


def test_no_registry_is_nothing_to_check(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "empty")
    assert (offline(repo.path).code, offline(repo.path).report["lines"]) == (3, [])
    assert "registrar init" in run("doctor", cwd=repo.path).out
    assert run("doctor", str(tmp_path / "nope"), cwd=repo.path).code == 2


def test_without_git_the_rest_is_told(made: Repo, tmp_path: Path) -> None:
    repo = copy_of(made, tmp_path / "plain")
    subprocess.run(["rm", "-rf", str(repo.path / ".git")], check=True)
    said = offline(repo.path)
    assert (said.code, said.state("repository")) == (4, "could not look")
    assert said.state("workflow-as-shipped") == "holds"


@pytest.mark.parametrize("error", [ValueError("odd \x1b[31m"), RecursionError(), MemoryError()])
def test_a_check_that_breaks_hides_no_other(
    repo: Repo, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> Iterator[Line]:
        raise error
        yield

    # no file is known that breaks a check: the check itself is made to break
    checks = [(topic, broken if topic is Topic.DVC else c) for topic, c in doctoring._CHECKS]
    monkeypatch.setattr(doctoring, "_CHECKS", checks)
    said = offline(repo.path)
    assert (said.code, said.unseen) == (4, ["dvc-readable"])
    assert type(error).__name__ in said.told("dvc-readable")
    assert said.state("workflow-pins") == "holds"
    assert "\x1b" not in run("doctor", "--offline", cwd=repo.path).out
    monkeypatch.setattr(doctoring, "_online", broken_online)
    assert "server-readable" in offline(repo.path).unseen


def broken_online(*_: object) -> None:
    raise KeyError("default_branch")


@pytest.mark.parametrize("url", ["https://[::1/a/b", "https://[evil]/a/b", "http://[", "://["])
def test_a_remote_that_is_no_address(repo: Repo, url: str) -> None:
    repo.git("remote", "add", "origin", url)
    said = doctor(repo.path)
    assert said.code in (1, 4)
    assert "server" in said.unseen


def test_a_registry_without_any_gate(repo: Repo, tmp_path: Path) -> None:
    repo.git("rm", "-r", "--quiet", ".github")
    repo.commit("no gate")
    said = offline(repo.path)
    assert (said.code, said.bad.count("judge")) == (1, 1)
    assert "nothing judges here" in said.told("judge")
    server = Repo(tmp_path / "s.git", git=False)
    server.git("init", "--quiet", "--bare", "--initial-branch=main")
    repo.git("remote", "add", "origin", str(server.path))
    repo.git("push", "--quiet", "origin", "main")
    assert offline(repo.path).state("judge") == "does not"
    assert offline(server.path).state("judge") == "does not"
    server.write("hooks/pre-receive", "#!/bin/sh\nexec registrar hook pre-receive\n").chmod(0o755)
    assert offline(repo.path).lines("judge") == []
    assert offline(server.path).lines("judge") == []
    repo.git("remote", "set-url", "origin", str(tmp_path / "nothing"))
    assert offline(repo.path).state("judge") == "could not look"
    repo.git("remote", "set-url", "origin", "git@git.acme.example:models/wine.git")
    assert (offline(repo.path).state("judge"), offline(repo.path).code) == ("could not look", 4)
    repo.git("remote", "set-url", "origin", "git@github.com:acme/wine.git")
    assert offline(repo.path).state("judge") == "does not"
