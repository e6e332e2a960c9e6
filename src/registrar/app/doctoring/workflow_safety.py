"""What a workflow runs and may do: pins, permissions, nothing of the change in a step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from registrar.app.doctoring.scene import Question, shortened
from registrar.app.shipped.github import WORKFLOW_PATH
from registrar.domain.diagnosis import Line, Topic
from registrar.domain.metadata import mapping
from registrar.reading.workflows import Job, Step, Workflow

_PINNED = re.compile(r"[^@\s]+@[0-9a-f]{40}|docker://[^@\s]+@sha256:[0-9a-f]{64}")
_OF_THE_CHANGE = re.compile(
    r"\.head\b|head_ref|head_sha|head_repository|merge_commit_sha|refs/pull/|FETCH_HEAD|"
    r"github\.ref\b|github\.sha\b"
)
"""Expressions that name the change, or what the event makes of it."""
_INTO_THE_TREE = re.compile(
    r"\bgh\s+pr\s+checkout\b|\bgit\s+(?:-\S+\s+\S+\s+)*"
    r"(?:checkout|switch|restore|reset|merge|pull|cherry-pick|am|apply|worktree)\b"
)
SECRET: Final = re.compile(r"\$\{\{[^}]*\bsecrets\b|^\s*secrets\s*:", re.MULTILINE)
_CACHES = ("cache", "cache-dependency-path")


@dataclass(frozen=True, slots=True)
class About:
    """Which workflow is asked about: its path, and the beginning of the names of its questions."""

    path: str
    name: str

    def ask(self, what: str) -> Question:
        """One of its questions."""
        return Question(f"{self.name}-{what}", Topic.WORKFLOW, self.path)


GATE: Final = About(WORKFLOW_PATH, "workflow")


def pins(flow: Workflow, about: About = GATE) -> Line:
    """Every action is named by its full commit."""
    asked = about.ask("pins")
    named = [(job.uses, job.route) for job in flow.jobs]
    named += [(step.uses, step.route) for job in flow.jobs for step in job.steps]
    loose = [
        f"{about.path}:{flow.line(route)}: {uses}"
        for uses, route in named
        if uses is not None and not _PINNED.fullmatch(uses)
    ]
    if loose:
        text = "actions are not pinned to a full commit: whoever owns them can change the gate"
        return asked.fails(text, "write owner/action@<40 hex> # version", shortened(loose))
    return asked.holds("every action is pinned to a full commit")


def permissions(
    flow: Workflow, required: Job | None, about: About = GATE, also: str = "security-events"
) -> Line:
    """The token may do nothing but read; jobs that are not required may write ``also``."""
    asked = about.ask("permissions")
    faults = []
    if flow.permissions is None:
        faults.append("there is no permissions: at the top, so the repository's default holds")
    for grant in _excess(flow.permissions, {"contents": "read"}):
        faults.append(f"{about.path}:{flow.line(('permissions',))}: every job has {grant}")
    for job in flow.jobs:
        given = flow.permissions if job.permissions is None else job.permissions
        allowed = {"contents": "read"}
        if required is not None and job.key != required.key:
            allowed[also] = "write"
        for grant in _excess(given, allowed):
            line = flow.line((*job.route, "permissions"))
            faults.append(f"{about.path}:{line}: {job.title} has {grant}")
    if faults:
        text = "the workflow's token may do more than read"
        fix = "permissions: {} at the top, contents: read in the job"
        return asked.fails(text, fix, shortened(faults))
    return asked.holds("the workflow's token may read, and nothing else")


def _excess(given: Any, allowed: dict[str, str]) -> list[str]:
    """What a grant gives beyond what is allowed."""
    if isinstance(given, str):
        return [str(given)]
    pairs = ((str(key), str(value)) for key, value in mapping(given).items())
    return [f"{k}: {v}" for k, v in pairs if v != "none" and allowed.get(k) not in (v, "write")]


def steps(flow: Workflow) -> Iterator[Line]:
    """No step takes the change into the work tree, a shell line, or near a secret."""
    yield from of_the_change(flow)
    near = cached(flow, GATE) if "pull_request_target" in flow.triggers else []
    if SECRET.search(flow.document.text):
        near.insert(0, f"{WORKFLOW_PATH} names secrets")
    if near:
        text = "a secret or a cache is within reach of what is judged"
        fix = "take it out; judging needs neither"
        yield GATE.ask("secrets").fails(text, fix, shortened(near))
    else:
        yield GATE.ask("secrets").holds("no secret and no cache is within reach")


def of_the_change(flow: Workflow, about: About = GATE) -> Iterator[Line]:
    """No step takes the change into the work tree, or into a shell line."""
    everything = [step for job in flow.jobs for step in job.steps]
    exposed = "pull_request_target" in flow.triggers
    places = ((_at(flow, step, about), step) for step in everything)
    heads = [f"{at}: {fault}" for at, step in places if (fault := _takes_head(step, exposed))]
    asked = about.ask("checkout")
    if heads:
        text = "steps put the change into the work tree, where it would run as the gate"
        fix = "check out the protected branch only; read the change as git objects"
        yield asked.fails(text, fix, shortened(heads))
    else:
        yield asked.holds("no step checks out the change, or keeps the token")
    runs = [
        f"{_at(flow, step, about)}: ${{{{ }}}} in run:"
        for step in everything
        if step.run and "${{" in step.run
    ]
    asked = about.ask("run")
    if runs:
        text = "text of the change can become part of a shell line"
        yield asked.fails(text, "hand it over by env: and quote it", shortened(runs))
    else:
        yield asked.holds("no expression stands in a run: line")


def cached(flow: Workflow, about: About) -> list[str]:
    """The steps that keep a cache, which a change could fill."""
    everything = [step for job in flow.jobs for step in job.steps]
    return [f"{_at(flow, step, about)}: a cache" for step in everything if _caches(step)]


def _takes_head(step: Step, exposed: bool) -> str:
    """How a step brings the change, or the token, into the work tree; empty where it does not."""
    checkout = (step.uses or "").lower().partition("@")[0] == "actions/checkout"
    if checkout and str(step.given.get("persist-credentials", True)).lower() != "false":
        return "persist-credentials is not false"
    if not exposed:
        return ""
    if checkout:
        if str(step.given.get("allow-unsafe-pr-checkout", False)).lower() != "false":
            return "allow-unsafe-pr-checkout"
        named = f"{step.given.get('ref', '')} {step.given.get('repository', '')}"
        return "checks out the change" if _OF_THE_CHANGE.search(named) else ""
    found = _INTO_THE_TREE.search(step.run or "")
    return found[0] if found else ""


def _caches(step: Step) -> bool:
    if (step.uses or "").lower().startswith("actions/cache"):
        return True
    setup = (step.uses or "").lower().startswith("actions/setup-")
    return setup and any(str(step.given.get(k, "") or "") not in ("", "False") for k in _CACHES)


def _at(flow: Workflow, step: Step, about: About) -> str:
    return f"{about.path}:{flow.line(step.route)}"
