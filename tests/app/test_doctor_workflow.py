"""registrar doctor and the workflow of GitHub: edits, triggers, other workflows, the ruleset."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import Repo
from doctored import WORKFLOW, copy_of, make_registry, offline

from registrar.app.shipped.github import RULESET_PATH


@pytest.fixture
def repo(made: Repo, tmp_path: Path) -> Repo:
    return copy_of(made, tmp_path / "registry")


EDITS: list[tuple[str, str, str, str]] = [
    # what it is, from, to, the check that sees it
    (
        "paths",
        "  merge_group:",
        "    paths: [model_registry/**]\n  merge_group:",
        "workflow-filters",
    ),
    ("paths-ignore", "  push:", "  push:\n    paths-ignore: [docs/**]", "workflow-filters"),
    ("branches-ignore", "  push:", "  push:\n    branches-ignore: [x]", "workflow-filters"),
    ("no schedule", "  schedule: # finds", "  x_schedule: # finds", "workflow-triggers"),
    ("no queue", "  merge_group:", "  x_merge_group:", "workflow-triggers"),
    ("other branch", 'branches: ["main"]', 'branches: ["trunk"]', "workflow-triggers"),
    (
        "fewer types",
        "types: [opened, synchronize, reopened, edited]",
        "types: [opened]",
        "workflow-triggers",
    ),
    ("tag of an action", "@3d3c42e5aac5ba805825da76410c181273ba90b1", "@v7", "workflow-pins"),
    (
        "top permissions",
        "permissions: {}",
        "permissions: {contents: write}",
        "workflow-permissions",
    ),
    ("job permissions", "contents: read #", "contents: write #", "workflow-permissions"),
    ("no top permissions", "permissions: {}\n", "", "workflow-permissions"),
    (
        "the head",
        'ref: "refs/heads/main"',
        "ref: ${{ github.event.pull_request.head.sha }}",
        "workflow-checkout",
    ),
    (
        "the token kept",
        "persist-credentials: false",
        "persist-credentials: true",
        "workflow-checkout",
    ),
    (
        "unsafe",
        "persist-credentials: false",
        "persist-credentials: false\n          allow-unsafe-pr-checkout: true",
        "workflow-checkout",
    ),
    (
        "git checkout",
        "          code=0\n",
        "          git checkout FETCH_HEAD\n",
        "workflow-checkout",
    ),
    ("expression", "          code=0\n", "          echo ${{ github.head_ref }}\n", "workflow-run"),
    (
        "secret",
        "          TOKEN: ${{ github.token }}",
        "          TOKEN: ${{ secrets.PAT }}",
        "workflow-secrets",
    ),
    (
        "cache",
        '          python-version: "3.12"',
        '          python-version: "3.12"\n          cache: pip',
        "workflow-secrets",
    ),
    (
        "if",
        "    timeout-minutes: 15",
        "    if: github.actor != 'bot'\n    timeout-minutes: 15",
        "workflow-reports",
    ),
    (
        "may fail",
        "    timeout-minutes: 15",
        "    continue-on-error: true\n    timeout-minutes: 15",
        "workflow-reports",
    ),
    ("other name", "    name: model-registry\n", "    name: registry\n", "workflow-reports"),
    (
        "needs",
        "    timeout-minutes: 15",
        "    needs: [other]\n    timeout-minutes: 15",
        "workflow-reports",
    ),
    (
        "a step that is skipped",
        "      - name: Judge\n",
        "      - name: Judge\n        if: github.actor != 'bot'\n",
        "workflow-reports",
    ),
    ("anchors", "permissions: {}", "permissions: &x {}", "workflow"),
]


@pytest.mark.parametrize(("what", "old", "new", "check"), EDITS, ids=[edit[0] for edit in EDITS])
def test_a_workflow_that_was_edited(repo: Repo, what: str, old: str, new: str, check: str) -> None:
    before = (repo.path / WORKFLOW).read_bytes()
    repo.edit(WORKFLOW, old, new)
    said = offline(repo.path)
    assert said.code == 1
    assert check in said.bad
    if check != "workflow":
        assert "workflow-as-shipped" in said.bad
        assert f"{WORKFLOW}" in said.told("workflow-as-shipped")
        assert "line " in said.told("workflow-as-shipped")  # the difference is named
    assert (repo.path / WORKFLOW).read_bytes() != before  # and not mended


def test_an_always_job_and_a_sarif_job_are_fine(repo: Repo) -> None:
    more = "    if: always()\n    timeout-minutes: 15"
    repo.edit(WORKFLOW, "    timeout-minutes: 15", more)
    text = (repo.path / WORKFLOW).read_text()
    text += "  sarif:\n    permissions: {contents: read, security-events: write}\n    steps: [{run: exit 0}]\n"
    (repo.path / WORKFLOW).write_text(text)
    said = offline(repo.path)
    assert said.state("workflow-reports") == "holds"
    assert said.state("workflow-permissions") == "holds"


def test_another_workflow_that_takes_the_name_of_the_check(repo: Repo) -> None:
    other = ".github/workflows/docs.yaml"
    repo.write(other, "on: push\njobs: {model-registry: {steps: []}}\n")
    assert f"{other}:2: model-registry" in offline(repo.path).told("workflow-others")
    repo.write(other, "on: push\njobs: {model-registry: {name: docs, steps: []}}\n")
    assert offline(repo.path).state("workflow-others") == "holds"
    repo.write(other, "on: push\nx: &a 1\njobs: {docs: {name: model-registry}}\n")
    assert offline(repo.path).state("workflow-others") == "could not look"
    repo.write(other, "on: push\njobs: {docs: {}}\n")
    assert offline(repo.path).state("workflow-others") == "holds"


def test_pull_request_instead_is_advice(tmp_path: Path) -> None:
    repo = make_registry(tmp_path / "r", options=["--github-event", "pull_request"])
    said = offline(repo.path)
    assert (said.code, said.bad) == (0, [])
    assert said.state("workflow-event") == "does not"


def test_no_workflow_and_no_ruleset(repo: Repo) -> None:
    (repo.path / WORKFLOW).unlink()
    said = offline(repo.path)
    assert said.state("workflow") == "does not"
    repo.write(WORKFLOW, "x")
    repo.write(RULESET_PATH, '{"name": "mine"}')
    assert {"workflow", "ruleset-file"} <= set(offline(repo.path).bad)
    repo.write(RULESET_PATH, "{")
    assert "ruleset-file" in offline(repo.path).bad
    (repo.path / RULESET_PATH).unlink()
    assert "ruleset-file" in offline(repo.path).bad


def test_a_workflow_that_is_a_link_or_binary(repo: Repo) -> None:
    target = repo.path / WORKFLOW
    content = target.read_bytes()
    target.unlink()
    (repo.path / "elsewhere").write_bytes(content)
    target.symlink_to(repo.path / "elsewhere")
    assert "symbolic link" in offline(repo.path).told("workflow")
    target.unlink()
    target.write_bytes(b"\0\1\2")
    assert "binary" in offline(repo.path).told("workflow")
