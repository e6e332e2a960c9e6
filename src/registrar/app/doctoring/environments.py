"""Who may use the credentials that ask for the bytes, and whether a merge waits for the answer.

Fields: docs.github.com, REST API "Deployment environments", "Deployment branch policies". Whoever
may read the repository may ask for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from registrar.app.doctoring.protection import Protection
from registrar.app.doctoring.remote_workflow import remote_flow
from registrar.app.doctoring.scene import Question, Scene, shortened
from registrar.app.shipped.github_remote import (
    ENVIRONMENT,
    MERGED_ENVIRONMENT,
    REMOTE_CHECK_NAME,
    REMOTE_WORKFLOW_PATH,
)
from registrar.domain.diagnosis import Line, State, Topic
from registrar.domain.metadata import mapping, sequence, text
from registrar.ports import Forge

_BEFORE = Question("environment", Topic.FORGE)
_AFTER = Question("environment-merged", Topic.FORGE)
_PROVED = Question("bytes-before-merge", Topic.FORGE, REMOTE_WORKFLOW_PATH, counts=False)
_ANY = "any branch may use it, with a workflow of its own"
_PROTECTED = (
    "it allows protected branches: without a classic branch protection, which a ruleset is not, "
    "these are all branches; choose selected branches"
)
_QUEUE = "gh-readonly-queue"


def environments(
    forge: Forge, repository: str, branch: str, found: Protection, scene: Scene
) -> Iterator[Line]:
    """The two environments, and what follows; nothing where no workflow asks for bytes."""
    flow = remote_flow(scene)
    if flow is None or flow.flaws:
        return
    events = set(flow.triggers)
    queue = f"{_QUEUE}/{branch}/*"
    lines = []
    if events & {"pull_request_target", "merge_group"}:
        lines.append(_environment(_BEFORE, forge, repository, ENVIRONMENT, (branch, queue), True))
    lines.append(_environment(_AFTER, forge, repository, MERGED_ENVIRONMENT, (branch,), False))
    yield from lines
    yield _proved(
        found, events, all(line.state is State.HOLDS or not line.counts for line in lines)
    )


def _environment(
    asked: Question,
    forge: Forge,
    repository: str,
    name: str,
    branches: tuple[str, ...],
    reviewed: bool,
) -> Line:
    where = f"/repos/{repository}/environments/{quote(name, safe='')}"
    answer = forge.get(where)
    only = f"branches {' and '.join(branches)} alone" + (", required reviewers" if reviewed else "")
    fix = f"Settings > Environments > {name}: {only}"
    if answer.status == 404:
        told = f"there is no environment {name}, so that nobody keeps its credentials"
        return asked.fails(told, f"make it: {fix}")
    if not answer.good:
        return asked.unseen(f"the environment {name}: {answer.reason}", "ask again, or look at it")
    data = mapping(answer.data)
    named: list[str] = []
    policy = mapping(data.get("deployment_branch_policy"))
    faults = []
    if policy.get("custom_branch_policies") is True:
        listed = forge.get(f"{where}/deployment-branch-policies?per_page=100")
        if not listed.good:
            return asked.unseen(f"the branches of the environment {name}: {listed.reason}", fix)
        named = list(_branches(mapping(listed.data)))
        faults = [f"{b} may use it" for b in named if b not in {f"branch {w}" for w in branches}]
    else:
        faults = [_ANY if policy.get("protected_branches") is not True else _PROTECTED]
    kept = f"{'after a review' if reviewed else 'without a review'}, to {branches[0]} alone"
    if faults or not reviewed or _reviewers(data):
        return _kept(asked, name, faults, fix, kept)
    if named == [f"branch {branches[0]}"]:
        told = f"no person is asked before the credentials of the environment {name} are used"
        seen = (f"no change reaches them all the same: {named[0]} alone may use it",)
        return replace(asked, counts=False).fails(told, fix, seen)
    return _kept(asked, name, ["no reviewer is required"], fix, kept)


def _kept(asked: Question, name: str, faults: list[str], fix: str, kept: str) -> Line:
    if faults:
        told = f"the environment {name} hands its credentials to others"
        return asked.fails(told, fix, shortened(faults))
    return asked.holds(f"the environment {name} gives its credentials {kept}")


def _reviewers(data: Mapping[str, Any]) -> bool:
    rules = [mapping(rule) for rule in sequence(data.get("protection_rules"))]
    return any(
        r.get("type") == "required_reviewers" and sequence(r.get("reviewers")) for r in rules
    )


def _branches(data: Mapping[str, Any]) -> Iterator[str]:
    """What may use an environment: ``branch main``, ``tag v*``."""
    for item in sequence(data.get("branch_policies")):
        given = mapping(item)
        yield f"{given.get('type', 'branch')} {text(given.get('name')) or '?'}"


def _proved(found: Protection, events: set[str], kept: bool) -> Line:
    """What the settings and the events come to, in a person's words."""
    required = [check for check in found.checks if check.context == REMOTE_CHECK_NAME]
    queued = bool(found.queue) and "merge_group" in events
    if not kept:
        told = "bytes not proved before merge: the environments are not as they should be"
        return _PROVED.fails(told, "see above")
    if required and queued:
        told = "the bytes of every change are proved before the merge, in the merge queue"
        return _PROVED.holds(f"{told} ({required[0].source.name})")
    if found.unseen and not required:
        told = f"whether a merge waits for {REMOTE_CHECK_NAME}: {'; '.join(found.unseen)}"
        return _PROVED.unseen(told, "a token of an administrator")
    if required and "pull_request_target" in events:
        told = "bytes are proved before the merge but for forks, whose change passes unproved"
        return _PROVED.fails(told, "a merge queue asks for the bytes of every change")
    if "pull_request_target" in events or queued:
        told = (
            "bytes are asked for before the merge, and a merge does not wait for the answer: "
            f"{REMOTE_CHECK_NAME} is not required"
        )
        fix = f"look at it before you merge, or require {REMOTE_CHECK_NAME}, best in a merge queue"
        return _PROVED.fails(told, fix)
    told = "bytes not proved before merge: they are asked for right after it, on the push"
    return _PROVED.fails(told, "a merge queue asks for the bytes of every change")
