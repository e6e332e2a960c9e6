"""registrar doctor and CODEOWNERS: who must approve a change of the gate."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from builders import Repo, run
from doctored import OWNERS, RUN, WORKFLOW, copy_of, offline, with_server

from registrar.app.gate_files import gate_paths
from registrar.domain.policy import BUILT_IN
from registrar.integrations.work_tree import WorkTree

CHECKS = ("codeowners", "codeowners-cover")


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
            "a new baseline.yaml: line 2, /baseline.yaml, takes its owners away",
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
    (line,) = offline(repo.path).lines("codeowners-cover")
    wanted = gate_paths(WorkTree(str(repo.path)), BUILT_IN)
    told = [int(number) for number in re.findall(r"[0-9]+", line["text"])]
    assert sum(told) == len(wanted) - 2 + 2  # two CODEOWNERS that are not read, two workflows
    assert told[0] == sum((repo.path / path).exists() for path in wanted)


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
    names = [detail.partition(": ")[0] for detail in line["details"] if ": " in detail]
    assert "registrar.toml" in names
    there = [(repo.path / name).exists() for name in names]
    assert there == sorted(there, reverse=True)
    assert all((repo.path / name).exists() or name.startswith("a new ") for name in names)
    assert line["fix"].startswith("registrar init --owner @your-org/your-team;")


def test_workflows_that_may_come_are_told_by_their_pattern(repo: Repo) -> None:
    repo.write(OWNERS, "* @a\n/.github/workflows/another.yml\n")
    told = offline(repo.path).told("codeowners-cover")
    assert "1 file of the gate that may come can be changed" in told
    assert "a new .github/workflows/*.yml: line 2" in told


@pytest.mark.parametrize("content", [None, "# ours\n", "* @a\n/scripts/\n", "/docs/ @a\n"])
def test_the_fix_that_is_told_gives_the_gate_owners(repo: Repo, content: str | None) -> None:
    (repo.path / OWNERS).unlink()
    if content is not None:
        repo.write(OWNERS, content)
    (line,) = [x for x in offline(repo.path).report["lines"] if x["check"] in CHECKS and x["fix"]]
    command = line["fix"].partition(";")[0].split()
    assert command[:3] == ["registrar", "init", "--owner"]
    assert run(*command[1:], cwd=repo.path).code == 0
    assert not set(CHECKS) & set(offline(repo.path).bad)


def test_no_owners_are_asked_for_in_the_server_itself(repo: Repo, tmp_path: Path) -> None:
    (repo.path / OWNERS).write_text("# nobody\n")
    repo.commit("no owners")
    server = with_server(repo, tmp_path / "s.git")
    said = offline(server.path)
    assert (said.code, said.bad) == (0, [])
    assert said.state("codeowners-cover") == "holds"
    assert said.lines("pre-commit-installed") == []  # nobody commits there
    (server.path / "hooks/pre-receive").unlink()
    assert "codeowners-cover" in offline(server.path).bad


@pytest.mark.parametrize(
    "config",
    [
        ("remote.origin.pushurl", "git@github.com:acme/wine.git"),
        ("url.https://gitlab.com/.pushInsteadOf", "/"),
        ("remote.origin.url", "https://github.com/acme/wine.git"),
    ],
)
def test_a_hook_beside_a_server_that_merges_excuses_nobody(
    repo: Repo, tmp_path: Path, config: tuple[str, str]
) -> None:
    (repo.path / OWNERS).write_text("# nobody\n")
    repo.commit("no owners")
    with_server(repo, tmp_path / "s.git")
    assert "codeowners-cover" not in offline(repo.path).bad
    repo.git("config", *config)
    assert "codeowners-cover" in offline(repo.path).bad


def test_a_remote_of_github_called_origin_counts_where_another_is_upstream(
    repo: Repo, tmp_path: Path
) -> None:
    (repo.path / OWNERS).write_text("# nobody\n")
    repo.commit("no owners")
    with_server(repo, tmp_path / "s.git")
    repo.git("remote", "rename", "origin", "mirror")
    repo.git("config", "branch.main.remote", "mirror")
    repo.git("config", "branch.main.merge", "refs/heads/main")
    repo.git("fetch", "--quiet", "mirror")
    assert "codeowners-cover" not in offline(repo.path).bad
    repo.git("remote", "add", "origin", "git@github.com:acme/wine.git")
    assert "codeowners-cover" in offline(repo.path).bad


def test_a_remote_that_cannot_be_read_excuses_nobody(repo: Repo, tmp_path: Path) -> None:
    (repo.path / OWNERS).write_text("# nobody\n")
    repo.commit("no owners")
    repo.git("remote", "add", "origin", str(tmp_path / "gone.git"))
    assert "codeowners-cover" in offline(repo.path).bad


def test_a_hook_under_a_policy_without_gate_intact_excuses_nobody(
    repo: Repo, tmp_path: Path
) -> None:
    (repo.path / OWNERS).write_text("# nobody\n")
    text = (repo.path / "registrar.toml").read_text()
    repo.write("registrar.toml", f'{text}\n[rules]\nseverity = {{gate-intact = "warning"}}\n')
    repo.commit("no owners")
    with_server(repo, tmp_path / "s.git")
    assert "codeowners-cover" in offline(repo.path).bad
