"""registrar doctor and the workflow that asks for bytes: edits, and what follows."""

from __future__ import annotations

from pathlib import Path

import asking_registry
import pytest
from asking_registry import NETWORK
from builders import Repo
from doctored import copy_of, make_registry, offline

from registrar.app.shipped.github_remote import (
    ENVIRONMENT,
    REMOTE_WORKFLOW_PATH,
)
from registrar.app.shipped.program import REMOTE_REQUIREMENTS_PATH

asking = asking_registry.asking
repo = asking_registry.repo


def test_as_shipped_all_of_it_holds_and_the_events_are_told(asking: Repo) -> None:
    said = offline(asking.path)
    found = [x for x in said.report["lines"] if x["check"].startswith("remote-")]
    assert {line["check"] for line in found} == {
        *("remote-workflow", "remote-workflow-as-shipped", "remote-requirements"),
        *("remote-network", "remote-workflow-events", "remote-workflow-pins"),
        *("remote-workflow-permissions", "remote-workflow-checkout", "remote-workflow-run"),
        "remote-workflow-secrets",
    }
    assert {line["state"] for line in found} == {"holds"}
    told = said.told("remote-workflow-events")
    for event in ("pull_request_target", "merge_group", "push", "schedule", "workflow_dispatch"):
        assert f"{event}: " in told


EDITS: list[tuple[str, str, str, str, str]] = [
    # what it is, from, to, the check that sees it, what it says
    (
        *("forks", " && (github.event_name != 'pull_request_target' || ", " && (true || "),
        *("remote-workflow-secrets", "keeps forks out"),
    ),
    (
        *("no condition", "    if: needs.look", "    # if: needs.look"),
        *("remote-workflow-secrets", "keeps forks out"),
    ),
    (
        "the change's own file",
        "  merge_group:",
        "  pull_request:\n  merge_group:",
        *("remote-workflow-secrets", "comes from the change"),
    ),
    (
        "a comment starts it",
        "  merge_group:",
        "  issue_comment:\n  merge_group:",
        *("remote-workflow-secrets", "it runs on issue_comment"),
    ),
    (
        "no environment",
        "    environment: ",
        "    # environment: ",
        *("remote-workflow-secrets", "no environment that keeps them"),
    ),
    (
        "a secret for another step",
        "          PROGRAM: ${{ steps.change.outputs.program }}",
        "          PROGRAM: ${{ secrets.PROGRAM }}",
        *("remote-workflow-secrets", "a step before the last"),
    ),
    (
        "a secret for all steps",
        "    timeout-minutes: 120",
        "    timeout-minutes: 120\n    env: {KEY: '${{ secrets.KEY }}'}",
        *("remote-workflow-secrets", "all its steps"),
    ),
    (
        "a secret for all jobs",
        "permissions: {}\n\nconcurrency",
        "env: {KEY: '${{ secrets.KEY }}'}\npermissions: {}\n\nconcurrency",
        *("remote-workflow-secrets", "every job"),
    ),
    (
        "a cache",
        '          python-version: "3.12"',
        '          python-version: "3.12"\n          cache: pip',
        *("remote-workflow-secrets", "a cache"),
    ),
    (
        "the head",
        'ref: "refs/heads/main"',
        "ref: ${{ github.event.pull_request.head.sha }}",
        *("remote-workflow-checkout", "checks out the change"),
    ),
    (
        "expression",
        "          umask 077",
        "          echo ${{ github.head_ref }}",
        *("remote-workflow-run", "shell line"),
    ),
    (
        "tag of an action",
        "@3d3c42e5aac5ba805825da76410c181273ba90b1",
        "@v7",
        *("remote-workflow-pins", REMOTE_WORKFLOW_PATH),
    ),
    (
        "permissions",
        "      contents: read # to",
        "      contents: write # to",
        *("remote-workflow-permissions", "contents: write"),
    ),
    ("anchors", "permissions: {}\n\nc", "permissions: &x {}\n\nc", "remote-workflow", "plainly"),
]


@pytest.mark.parametrize(("what", "old", "new", "check", "told"), EDITS, ids=[e[0] for e in EDITS])
def test_an_edit_that_lets_others_near_the_credentials(
    repo: Repo, what: str, old: str, new: str, check: str, told: str
) -> None:
    repo.edit(REMOTE_WORKFLOW_PATH, old, new)
    said = offline(repo.path)
    assert said.code == 1
    assert check in said.bad
    assert told in said.told(check)


def test_edits_that_are_told_and_do_not_count(repo: Repo) -> None:
    """Keys that last an hour need one more right and one more step; a lock may have more."""
    repo.edit(
        REMOTE_WORKFLOW_PATH,
        "      contents: read # to",
        "      id-token: write\n      contents: read # to",
    )
    repo.edit(REMOTE_WORKFLOW_PATH, "  schedule: #", "  x_schedule: #")
    repo.write(REMOTE_REQUIREMENTS_PATH, "dvc-gs==1 --hash=sha256:00\n")
    said = offline(repo.path)
    for check in ("remote-workflow-as-shipped", "remote-requirements", "remote-workflow-events"):
        assert said.state(check) == "does not"
        assert check not in said.bad
    assert said.state("remote-workflow-permissions") == "holds"
    assert "not on schedule" in said.told("remote-workflow-events")


def test_other_environments_are_not_looked_at(repo: Repo) -> None:
    repo.edit(REMOTE_WORKFLOW_PATH, f"'{ENVIRONMENT}' || ", "'elsewhere' || ")
    said = offline(repo.path)
    assert said.state("remote-workflow-secrets") == "could not look"
    assert "elsewhere" in said.told("remote-workflow-secrets")


def test_the_libraries_must_be_there_and_the_policy_must_name_a_remote(repo: Repo) -> None:
    (repo.path / REMOTE_REQUIREMENTS_PATH).unlink()
    repo.edit("registrar.toml", NETWORK, "")
    assert {"remote-requirements", "remote-network"} <= set(offline(repo.path).bad)


def test_a_default_remote_that_is_not_the_one_to_be_asked_is_told(repo: Repo) -> None:
    repo.write(".dvc/config", '[core]\nremote = s\n["remote "s""]\nurl = s3://a\n')
    repo.write("model_registry/wine-1.0.0/model.onnx.dvc", "outs: []\n")
    said = offline(repo.path)
    assert (said.state("remote-network"), said.state("dvc-remote-asked")) == ("holds", "does not")
    repo.edit("registrar.toml", NETWORK, "")
    said = offline(repo.path)
    assert said.lines("dvc-remote-asked") == [], "remote-network says it, and counts"


def test_without_the_workflow_bytes_are_not_proved(made: Repo, tmp_path: Path) -> None:
    repo = copy_of(made, tmp_path / "registry")
    assert offline(repo.path).lines("remote-workflow") == []
    repo.write(".dvc/config", '[core]\nremote = s\n["remote \\"s\\""]\nurl = s3://a\n')
    said = offline(repo.path)
    assert said.state("remote-workflow") == "does not"
    assert "remote-workflow" not in said.bad, "the gate is in force without it"
    assert "bytes not proved before merge" in said.told("remote-workflow")
    assert "registrar init --remote" in said.told("remote-workflow")


def test_elsewhere_than_on_github_nobody_asks(tmp_path: Path) -> None:
    repo = make_registry(tmp_path / "registry", options=("--no-github", "--gitlab"))
    repo.write("model_registry/wine-1.0.0/model.onnx.dvc", "outs: []\n")
    said = offline(repo.path)
    assert said.state("bytes-before-merge") == "does not"
    assert "bytes-before-merge" not in said.bad
    assert "not proved before merge" in said.told("bytes-before-merge")
