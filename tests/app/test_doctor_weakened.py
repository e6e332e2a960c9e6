"""registrar doctor where the gate was weakened on purpose: no line may say that it holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import Repo
from doctored import OWNERS, PYZ, RUN, WORKFLOW, copy_of, doctor, offline, with_server

from registrar.domain.findings import Severity
from registrar.rules import RULES


@pytest.fixture
def repo(made: Repo, tmp_path: Path) -> Repo:
    return copy_of(made, tmp_path / "registry")


def test_another_gate_on_the_branch_that_judges(repo: Repo, tmp_path: Path) -> None:
    server = Repo(tmp_path / "s.git", git=False)
    server.git("init", "--quiet", "--bare", "--initial-branch=main")
    repo.git("remote", "add", "origin", str(server.path))
    repo.git("checkout", "--quiet", "-b", "good")
    repo.git("checkout", "--quiet", "main")
    repo.edit(WORKFLOW, 'exit "$code"', "exit 0")
    repo.write(PYZ, b"another program")
    repo.commit("weaken it")
    repo.git("push", "--quiet", "origin", "main")
    repo.git("checkout", "--quiet", "good")
    said = offline(repo.path)
    assert "gate-merged" in said.bad
    assert WORKFLOW in said.told("gate-merged")
    assert PYZ in said.told("gate-merged")
    repo.git("push", "--quiet", "--force", "origin", "good:main")
    assert offline(repo.path).state("gate-merged") == "holds"


@pytest.mark.parametrize(
    ("hook", "state"),
    [
        (f"#!/bin/sh\n# ours\nset -eu\n\nexec {RUN}\n", "holds"),
        (f"#!/bin/sh\n{RUN}", "holds"),
        ('#!/bin/sh\nexec "/opt/my tools/bin/registrar" hook pre-receive\n', "holds"),
        ("#!/bin/sh\nexec '/opt/my tools/bin/registrar' hook pre-receive\n", "holds"),
        ('#!/bin/sh\nexec "/opt/$(id)/bin/registrar" hook pre-receive\n', "could not look"),
        (
            '#!/bin/sh\nexec "/opt/registrar" x; "/bin/registrar" hook pre-receive\n',
            "could not look",
        ),
        (f"#!/bin/bash\nset -o pipefail\n{RUN} 2>&1 | sed 's/^/GL-HOOK-ERR: /'\n", "holds"),
        (f"#!/usr/bin/env bash\nset -euo pipefail\n{RUN} 2>&1 | sed 's/^/x/'\n", "holds"),
        (f"#!/bin/sh\n{RUN} 2>&1 | sed 's/^/GL-HOOK-ERR: /'\n", "could not look"),
        (f"#!/bin/bash\n{RUN} 2>&1 | sed 's/^/GL-HOOK-ERR: /'\n", "could not look"),
        (f"#!/bin/sh\n{RUN} || true\n", "could not look"),
        (f"#!/bin/sh\nexit 0\nexec {RUN}\n", "could not look"),
        (f"#!/bin/sh\nset -n\nexec {RUN}\n", "could not look"),
        ("#!/bin/sh\necho registrar hook pre-receive\n", "could not look"),
        ("#!/bin/sh\nexec echo registrar hook pre-receive\n", "could not look"),
        (f"#!/bin/sh\n{RUN} &\n", "could not look"),
        (f"#!/bin/sh\n{RUN}\necho done\n", "could not look"),
        (f"#!/nonexistent\nexec {RUN}\n", "could not look"),
        (f"exec {RUN}\n", "could not look"),
        (f"#!/bin/sh\r\nexec {RUN}\r\n", "could not look"),
        (f"#!/bin/sh\n# exec {RUN}\n", "does not"),
    ],
)
def test_a_hook_that_may_end_with_anything(
    repo: Repo, tmp_path: Path, hook: str, state: str
) -> None:
    server = with_server(repo, tmp_path / "s.git")
    server.write("hooks/pre-receive", hook.encode())
    said = offline(repo.path)
    assert said.state("pre-receive") == state
    assert state == "holds" or "docs/git_server.md" in said.told("pre-receive")


def test_a_server_that_judges_another_branch(repo: Repo, tmp_path: Path) -> None:
    server = with_server(repo, tmp_path / "s.git", head="master")
    said = offline(repo.path)
    assert "pre-receive-branch" in said.bad
    assert "git symbolic-ref HEAD refs/heads/main" in said.told("pre-receive-branch")
    server.git("config", "--add", "registrar.refs", "refs/heads/ma*")
    assert offline(repo.path).state("pre-receive-branch") == "holds"
    server.git("config", "--unset", "registrar.refs")
    server.git("symbolic-ref", "HEAD", "refs/heads/main")
    assert offline(repo.path).state("pre-receive-branch") == "holds"


def test_a_server_where_changes_of_the_gate_were_left_on(repo: Repo, tmp_path: Path) -> None:
    server = with_server(repo, tmp_path / "s.git")
    assert offline(repo.path).state("pre-receive-changes") == "holds"
    server.git("config", "registrar.gateChanges", "allow")
    for path in (repo.path, server.path):
        assert "pre-receive-changes" in offline(path).bad


@pytest.mark.parametrize(
    ("jobs", "state"),
    [
        ("jobs: {a: {name: \"${{ 'model-registry' }}\"}}", "could not look"),
        ("jobs: {a: {strategy: {matrix: {n: [x]}}, name: '${{ matrix.n }}'}}", "could not look"),
        ('x: &a 1\njobs: {a: {name: "model\\x2dregistry"}}', "could not look"),
        ("x: &a 1\njobs: {a: {}}", "could not look"),
        ('jobs: {a: {name: "model\\x2dregistry"}}', "does not"),
        ('jobs: {a: {name: " Model-Registry "}}', "does not"),
        ("jobs: {a: {name: docs}}", "holds"),
    ],
)
def test_a_name_of_the_check_in_disguise(repo: Repo, jobs: str, state: str) -> None:
    repo.write(".github/workflows/ci.yml", f"on: push\n{jobs}\n")
    said = offline(repo.path)
    assert said.state("workflow-others") == state
    assert state == "holds" or ".github/workflows/ci.yml" in said.told("workflow-others")


def test_a_workflow_that_is_a_link_hides_none_of_the_others(repo: Repo) -> None:
    repo.write(".github/workflows/b.yml", "on: push\njobs: {model-registry: {}}\n")
    (repo.path / ".github/workflows/a.yml").symlink_to("elsewhere")
    assert "b.yml:2" in offline(repo.path).told("workflow-others")
    (repo.path / ".github/workflows/b.yml").unlink()
    assert "symbolic link" in offline(repo.path).told("workflow-others")


@pytest.mark.parametrize(
    ("top", "job"),
    [("{checks: write}", "{}"), ("write-all", "{}"), ("{}", "{statuses: write}")],
)
def test_workflows_that_may_write_checks_are_named(repo: Repo, top: str, job: str) -> None:
    text = f"on: push\npermissions: {top}\njobs: {{docs: {{permissions: {job}}}}}\n"
    repo.write(".github/workflows/ci.yml", text)
    said = offline(repo.path)
    assert said.state("workflow-others-write") == "does not"
    assert ".github/workflows/ci.yml:" in said.told("workflow-others-write")
    assert said.bad == []  # advice


def _severities(repo: Repo, levels: dict[str, str]) -> None:
    text = (repo.path / "registrar.toml").read_text()
    table = "".join(f'{name} = "{level}"\n' for name, level in levels.items())
    repo.write("registrar.toml", f"{text}\n[rules.severity]\n{table}")


ERRORS = [rule.name for rule in RULES if rule.severity is Severity.ERROR]
CORE = ("gate-intact", "version-immutable", "waiver-valid")


@pytest.mark.parametrize("level", ["off", "note", "warning"])
def test_a_policy_that_was_disarmed(repo: Repo, level: str) -> None:
    _severities(repo, dict.fromkeys(ERRORS, level))
    said = offline(repo.path)
    assert "policy" in said.bad
    for name in ERRORS:
        assert f"{name} is {level}" in said.told("policy")


@pytest.mark.parametrize("name", CORE)
def test_each_rule_that_guards_the_gate(repo: Repo, name: str) -> None:
    _severities(repo, {name: "note"})
    assert "policy" in offline(repo.path).bad


def test_a_policy_under_which_no_entry_can_fail(repo: Repo) -> None:
    _severities(repo, {name: "warning" for name in ERRORS if name not in CORE})
    assert "no entry can fail" in offline(repo.path).told("policy")


def test_rules_that_are_milder_are_named(repo: Repo) -> None:
    _severities(repo, {"artifact-format": "warning", "card-links": "off", "entry-name": "error"})
    said = offline(repo.path)
    assert said.state("policy") == "holds"
    assert "artifact-format is warning" in said.told("policy")
    assert "card-links is off" in said.told("policy")
    assert "entry-name" not in said.told("policy")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    shell: bash\n", "    shell: bash {0} || true\n"),
        ("          code=0\n", "          exit 0\n          code=0\n"),
        ('exit "$code"', "exit 0"),
        ("    timeout-minutes: 15", "    strategy: {matrix: {x: []}}\n    timeout-minutes: 15"),
        ("      - name: Judge\n", "      - name: Judge\n        shell: sh -c true {0}\n"),
        ("      - name: Judge\n", "      - run: exit 0\n      - name: Judge\n"),
        ("permissions: {}\n", "permissions: {}\nenv: {BASH_ENV: x}\n"),
        ("    timeout-minutes: 15", "    container: x\n    timeout-minutes: 15"),
        ("actions/setup-python@", "acme/setup-python@"),
        ("jobs:\n", "jobs:\n  x: {name: '${{ github.job }}'}\n"),
    ],
)
def test_a_job_that_was_edited_where_it_decides(repo: Repo, old: str, new: str) -> None:
    repo.edit(WORKFLOW, old, new)
    said = offline(repo.path)
    assert said.state("workflow-reports") == "could not look"
    assert f"{WORKFLOW}:" in said.told("workflow-reports")


def test_a_step_less(repo: Repo) -> None:
    text = (repo.path / WORKFLOW).read_text()
    repo.write(WORKFLOW, text[: text.index("      - name: Judge\n")])
    assert "a step less" in offline(repo.path).told("workflow-reports")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("types: [opened, synchronize, reopened, edited]", "types: opened"),
        ('branches: ["main"]', 'branches: ["main", "!*ain"]'),
        ('branches: ["main"]', 'branches: ["main", "!ma?in"]'),
        ('branches: ["main"]', 'branches: ["main", "!main"]'),
    ],
)
def test_filters_that_leave_the_branch_out(repo: Repo, old: str, new: str) -> None:
    repo.edit(WORKFLOW, old, new)
    assert "workflow-triggers" in offline(repo.path).bad


def test_a_filter_that_takes_another_branch_away(repo: Repo) -> None:
    repo.edit(WORKFLOW, 'branches: ["main"]', 'branches: ["main", "!docs-*"]')
    assert offline(repo.path).state("workflow-triggers") == "holds"


def test_a_hook_that_is_longer_than_what_is_read(repo: Repo, tmp_path: Path) -> None:
    server = with_server(repo, tmp_path / "s.git")
    ignored = "#" + "x" * 80 + "\n"
    hook = f"#!/bin/sh\n/nowhere/registrar hook pre-receive\n{ignored * 4000}exit 0\n"
    server.write("hooks/pre-receive", hook).chmod(0o755)
    said = offline(repo.path)
    assert said.code != 0
    assert "larger than" in " ".join(line["text"] for line in said.report["lines"])
    assert "no owner is needed" not in said.told("codeowners-cover")
    (repo.path / OWNERS).write_text("# nobody\n")
    assert "codeowners-cover" in offline(repo.path).bad


def test_a_folder_of_hooks_that_git_does_not_look_into(repo: Repo, tmp_path: Path) -> None:
    """On a push into a repository with a work tree git stands in ``.git``."""
    server = Repo(tmp_path / "s")
    server.git("config", "receive.denyCurrentBranch", "updateInstead")
    server.git("config", "core.hooksPath", "githooks")
    repo.git("remote", "add", "origin", str(server.path))
    repo.git("push", "--quiet", "origin", "main")
    hook = f"#!/bin/sh\nexec {RUN}\n"
    server.write("githooks/pre-receive", hook).chmod(0o755)
    assert offline(repo.path).state("pre-receive") == "does not"
    server.write(".git/githooks/pre-receive", hook).chmod(0o755)
    assert offline(repo.path).state("pre-receive") == "holds"


def test_where_a_push_goes_is_what_counts(repo: Repo, tmp_path: Path) -> None:
    judged = with_server(repo, tmp_path / "judged.git")
    open_to_all = Repo(tmp_path / "open.git", git=False)
    open_to_all.git("init", "--quiet", "--bare", "--initial-branch=main")
    assert offline(repo.path).state("pre-receive") == "holds"
    repo.git("remote", "set-url", "--push", "origin", str(open_to_all.path))
    assert offline(repo.path).state("pre-receive") == "does not"
    repo.git("remote", "set-url", "--push", "--add", "origin", str(judged.path))
    said = offline(repo.path)
    assert "pre-receive" not in [line["check"] for line in said.report["lines"]]
    assert doctor_says_unseen(repo)


def doctor_says_unseen(repo: Repo) -> bool:
    """Whether the server of several addresses is one that could not be looked at."""
    return "server" in doctor(repo.path).unseen
