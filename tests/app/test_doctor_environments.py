"""registrar doctor and the environments of the workflow that asks for bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asking_registry
import pytest
from api_server import ACTIONS, DENIED, REPOSITORY, RULES, Api, Reply, checks, good_api, rule
from builders import Repo
from doctored import asked, copy_of

from registrar.app.shipped.github_remote import (
    ENVIRONMENT,
    MERGED_ENVIRONMENT,
    REMOTE_CHECK_NAME,
    REMOTE_WORKFLOW_PATH,
)

asking = asking_registry.asking
repo = asking_registry.repo


QUEUE = "gh-readonly-queue/main/*"


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
