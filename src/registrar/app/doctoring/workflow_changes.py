"""What was edited in the job that judges, where it decides whether the job is red."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from registrar.app.shipped.github import WORKFLOW_PATH
from registrar.domain.metadata import mapping, sequence
from registrar.reading.workflows import Job, Workflow

_OF_THE_FILE = ("defaults", "env")
_OF_A_JOB = ("defaults", "env", "strategy", "container", "services", "uses", "with")
_OF_A_STEP = ("run", "shell", "env", "working-directory")


def telling_changes(flow: Workflow, job: Job, shipped: Workflow, ours: Job) -> Iterator[str]:
    """Each place at which what is run, or how, is not what is shipped.

    Nobody can tell what other shell lines end with; names, conditions, permissions, pins and time
    limits are looked at elsewhere.
    """
    for route, keys, wanted in (
        ((), _OF_THE_FILE, shipped.document.data),
        (job.route, _OF_A_JOB, _at(shipped, ours)),
    ):
        there = _at(flow, job) if route else mapping(flow.document.data)
        for key in keys:
            if there.get(key) != mapping(wanted).get(key):
                yield f"{WORKFLOW_PATH}:{flow.line((*route, key))}: {key}"
    pairs = zip_longest(_steps(flow, job), _steps(shipped, ours))
    for index, (step, mine) in enumerate(pairs):
        route = (*job.route, "steps", index)
        if step is None or mine is None:
            where = flow.line(route if mine is None else job.route)
            yield f"{WORKFLOW_PATH}:{where}: a step {'more' if mine is None else 'less'}"
            return  # what follows is shifted
        for key in _OF_A_STEP:
            if step.get(key) != mine.get(key):
                yield f"{WORKFLOW_PATH}:{flow.line((*route, key))}: {key} of step {index + 1}"
        if _action(step) != _action(mine):
            yield f"{WORKFLOW_PATH}:{flow.line(route)}: uses of step {index + 1}"


def _at(flow: Workflow, job: Job) -> Any:
    return mapping(mapping(mapping(flow.document.data).get("jobs")).get(job.key))


def _steps(flow: Workflow, job: Job) -> list[Any]:
    return [mapping(step) for step in sequence(_at(flow, job).get("steps"))]


def _action(step: Any) -> str:
    return str(step.get("uses", "")).partition("@")[0]
