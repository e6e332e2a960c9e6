"""registrar doctor and CODEOWNERS: who must approve a change of the gate."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import Repo, run
from doctored import OWNERS, RUN, WORKFLOW, copy_of, offline, with_server

from registrar.app.gate_files import gate_paths
from registrar.domain.policy import BUILT_IN
from registrar.integrations.work_tree import WorkTree


@pytest.fixture
def repo(made: Repo, tmp_path: Path) -> Repo:
    return copy_of(made, tmp_path / "registry")


@pytest.mark.parametrize(
    ("content", "check", "said"),
    [
        (None, "codeowners", "no CODEOWNERS"),
        ("* @a\n", "", ""),
        ("* @a\n/scripts/\n", "codeowners-cover", "line 2, /scripts/, takes its owners away"),
        ("* @a\n/.github/\n/.github/CODEOWNERS @a\n", "codeowners-cover", WORKFLOW),
        ("/registrar.toml @a\n", "codeowners-cover", "scripts/registrar.pyz: no line names it"),
        (
            "* @a\n/baseline.yaml\n",
            "codeowners-cover",
            "baseline.yaml (not there yet): line 2, /baseline.yaml, takes its owners away",
        ),
        ("* @a\n/waivers.yaml TODO\n", "codeowners", "TODO is no @user"),
        ("* nobody\n", "codeowners-cover", "registrar.toml: no line"),
        ("\x00", "codeowners", "binary"),
        (
            "* @a\n.github/workflows/model-registry.yml @a\n/.github/workflows/another.yml\n",
            "codeowners-cover",
            "another.yml",
        ),
    ],
)
def test_code_owners(repo: Repo, content: str | None, check: str, said: str) -> None:
    (repo.path / OWNERS).unlink()
    if content is not None:
        repo.write(OWNERS, content)
    found = offline(repo.path)
    if check:
        assert check in found.bad
        assert said in found.told(check)
    else:
        assert not {"codeowners", "codeowners-cover"} & set(found.bad)


def test_the_owners_that_init_leaves_commented_out_own_nothing(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r")
    repo.commit("nothing yet")
    assert run("init", cwd=repo.path).code == 0
    repo.commit("gate")
    assert "codeowners-cover" in offline(repo.path).bad


def test_a_file_of_owners_that_another_one_hides(repo: Repo) -> None:
    (repo.path / OWNERS).rename(repo.path / "CODEOWNERS")
    said = offline(repo.path)
    assert said.state("codeowners") == "holds"
    repo.write(OWNERS, "* @a\n")
    assert "CODEOWNERS" in offline(repo.path).told("codeowners")
    assert "codeowners" in offline(repo.path).bad


def test_every_gate_file_is_asked_for(repo: Repo) -> None:
    (repo.path / OWNERS).write_text("/nothing @a\n")
    details = run("doctor", "--offline", "--format", "json", cwd=repo.path).out
    wanted = gate_paths(WorkTree(str(repo.path)), BUILT_IN)
    assert f"{len(wanted) - 2 + 2} files of the gate" in details  # two CODEOWNERS that are not read


@pytest.mark.parametrize(
    "content", ["# all of it\u2028* @acme/models\n", "*\xa0@acme/models\n", "/* @acme/models\n"]
)
def test_owners_whom_github_does_not_see(repo: Repo, content: str) -> None:
    repo.write(OWNERS, content.encode())
    said = offline(repo.path)
    assert "codeowners-cover" in said.bad
    assert WORKFLOW in said.told("codeowners-cover") or "more" in said.told("codeowners-cover")


def test_owners_are_not_asked_for_where_a_hook_refuses_changes_of_the_gate(
    repo: Repo, tmp_path: Path
) -> None:
    (repo.path / OWNERS).write_text("# nobody\n")
    repo.commit("no owners")
    assert "codeowners-cover" in offline(repo.path).bad
    server = with_server(repo, tmp_path / "s.git")
    said = offline(repo.path)
    assert said.state("codeowners-cover") == "holds"
    assert "refuses changes of the gate" in said.told("codeowners-cover")
    server.git("config", "registrar.gateChanges", "allow")
    assert "codeowners-cover" in offline(repo.path).bad
    server.git("config", "--unset", "registrar.gateChanges")
    server.write("hooks/pre-receive", f"#!/bin/sh\n{RUN} || true\n").chmod(0o755)
    assert "codeowners-cover" in offline(repo.path).bad
    server.write("hooks/pre-receive", f"#!/bin/sh\nexec {RUN}\n").chmod(0o755)
    repo.git("remote", "set-url", "origin", "git@github.com:acme/wine.git")
    assert "codeowners-cover" in offline(repo.path).bad


def test_files_without_owners_are_named_the_present_ones_first(repo: Repo) -> None:
    (repo.path / OWNERS).write_text("# nobody\n")
    (line,) = offline(repo.path).lines("codeowners-cover")
    there = [not detail.endswith("(not there yet): no line names it") for detail in line["details"]]
    assert there == sorted(there, reverse=True)
    assert any("registrar.toml: no line" in detail for detail in line["details"])
    assert line["fix"].startswith("registrar init --owner @your-org/your-team writes the lines")
