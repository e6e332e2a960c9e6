"""registrar doctor and the workflow that asks for bytes: edits, environments, what follows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from api_server import ACTIONS, DENIED, REPOSITORY, RULES, Api, Reply, checks, good_api, rule
from builders import Repo
from doctored import asked, copy_of, make_registry, offline, on_github

from registrar.app.shipped.github_remote import (
    ENVIRONMENT,
    MERGED_ENVIRONMENT,
    REMOTE_CHECK_NAME,
    REMOTE_WORKFLOW_PATH,
)
from registrar.app.shipped.program import REMOTE_REQUIREMENTS_PATH

QUEUE = "gh-readonly-queue/main/*"
NETWORK = '[network]\ndvc_remotes = ["storage"]\n'


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = make_registry(
        tmp_path_factory.mktemp("asking") / "registry",
        options=("--remote",),
    )
    text = (repo.path / "registrar.toml").read_text(encoding="utf-8")
    repo.write("registrar.toml", text + NETWORK)
    repo.commit("network")
    return on_github(repo)


@pytest.fixture
def repo(asking: Repo, tmp_path: Path) -> Repo:
    return copy_of(asking, tmp_path / "registry")


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


def environment(*branches: str, reviewers: int = 1, **changes: Any) -> dict[str, Any]:
    """An environment as the REST API shows it; the branches are asked for by themselves."""
    people = [{"type": "User", "reviewer": {"login": f"u{n}"}} for n in range(reviewers)]
    rules: list[dict[str, Any]] = [{"id": 2, "type": "branch_policy"}] if branches else []
    if people:
        rules.append({"id": 1, "type": "required_reviewers", "reviewers": people})
    policy = {"protected_branches": False, "custom_branch_policies": True} if branches else None
    return {"protection_rules": rules, "deployment_branch_policy": policy} | changes


def api_with(required: bool = True, queue: bool = True, **replies: Reply) -> Api:
    """The shipped ruleset, both environments as they should be, and what differs."""
    api = good_api()
    more = [checks(REMOTE_CHECK_NAME)] if required else []
    more += [rule("merge_queue")] if queue else []
    api.replies[f"{REPOSITORY}/rules/branches/main"] = Reply([*RULES, *more])
    for name, branches in ((ENVIRONMENT, ("main", QUEUE)), (MERGED_ENVIRONMENT, ("main",))):
        where = f"{REPOSITORY}/environments/{name}"
        named = [{"name": branch, "type": "branch"} for branch in branches]
        api.replies[where] = Reply(environment(*branches, reviewers=len(branches) - 1))
        api.replies[f"{where}/deployment-branch-policies"] = Reply({"branch_policies": named})
    for path, reply in replies.items():
        name = ENVIRONMENT if path.startswith("before") else MERGED_ENVIRONMENT
        tail = "/deployment-branch-policies" if path.endswith("branches") else ""
        api.replies[f"{REPOSITORY}/environments/{name}{tail}"] = reply
    return api


def test_a_queue_that_waits_proves_every_change(
    asking: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = asked(asking, api_with(), monkeypatch)
    assert (said.code, said.bad, said.unseen) == (0, [], [])
    assert said.state("bytes-before-merge") == "holds"
    assert "every change" in said.told("bytes-before-merge")
    assert str(ACTIONS) not in said.told("environment")


CASES: list[tuple[str, dict[str, Reply], str, str, str]] = [
    ("none", {"before": Reply({}, 404)}, "environment", "does not", "there is no environment"),
    (
        *("no reviewer", {"before": Reply(environment("main", reviewers=0))}),
        *("environment", "does not", "no reviewer is required"),
    ),
    (
        "no reviewer, and no way to them",
        {
            "before": Reply(environment("main", reviewers=0)),
            "before_branches": Reply({"branch_policies": [{"name": "main", "type": "branch"}]}),
        },
        *("environment", "does not", "no change reaches them"),
    ),
    (
        *("any branch", {"before": Reply(environment())}),
        *("environment", "does not", "any branch may use it"),
    ),
    (
        "another branch",
        {"before_branches": Reply({"branch_policies": [{"name": "*", "type": "branch"}]})},
        *("environment", "does not", "branch * may use it"),
    ),
    (
        "a tag",
        {"after_branches": Reply({"branch_policies": [{"name": "main", "type": "tag"}]})},
        *("environment-merged", "does not", "tag main may use it"),
    ),
    (
        *("merged, any branch", {"after": Reply(environment(reviewers=0))}),
        *("environment-merged", "does not", "any branch may use it"),
    ),
    (
        "protected branches",
        {
            "after": Reply(
                environment(reviewers=0, deployment_branch_policy={"protected_branches": True})
            )
        },
        *("environment-merged", "does not", "these are all branches"),
    ),
    ("denied", {"before": DENIED}, "environment", "could not look", "not accessible"),
    ("branches denied", {"after_branches": DENIED}, "environment-merged", "could not look", ""),
    ("odd", {"before": Reply([1])}, "environment", "does not", "any branch may use it"),
]


@pytest.mark.parametrize(
    ("name", "replies", "check", "state", "told"), CASES, ids=[case[0] for case in CASES]
)
def test_an_environment(
    asking: Repo,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    replies: dict[str, Reply],
    check: str,
    state: str,
    told: str,
) -> None:
    said = asked(asking, api_with(**replies), monkeypatch)
    assert said.state(check) == state
    assert told in said.told(check)
    if name == "no reviewer, and no way to them":
        assert check not in said.bad, "a private repository cannot have reviewers on every plan"
    else:
        assert check in (said.bad if state == "does not" else said.unseen)
        assert said.state("bytes-before-merge") == "does not"


@pytest.mark.parametrize(
    ("required", "queue", "told"),
    [
        (True, False, "but for forks"),
        (False, True, "does not wait for the answer"),
        (False, False, "does not wait for the answer"),
    ],
)
def test_what_the_settings_come_to(
    asking: Repo, monkeypatch: pytest.MonkeyPatch, required: bool, queue: bool, told: str
) -> None:
    said = asked(asking, api_with(required, queue), monkeypatch)
    assert said.state("bytes-before-merge") == "does not"
    assert told in said.told("bytes-before-merge")
    assert said.code == 0, "advice: the gate is in force"


def test_without_pull_requests_and_a_queue_bytes_are_proved_after_the_merge(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for event in ("pull_request_target", "merge_group"):
        repo.edit(REMOTE_WORKFLOW_PATH, f"\n  {event}:\n", f"\n  x_{event}:\n")
    said = asked(repo, api_with(required=False), monkeypatch)
    assert said.lines("environment") == [], "nobody would use it"
    assert "right after it, on the push" in said.told("bytes-before-merge")


def test_without_the_workflow_no_environment_is_asked_for(
    made: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = copy_of(made, tmp_path / "registry")
    repo.git("remote", "add", "origin", "https://github.com/acme/wine.git")
    api = api_with()
    said = asked(repo, api, monkeypatch)
    assert said.lines("environment") == said.lines("bytes-before-merge") == []
    assert not [path for path in api.paths if "environments" in path]
