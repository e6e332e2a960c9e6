"""GitHub's workflow that asks for the bytes: is it there, and who may reach its credentials."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from registrar.app.doctoring.program import as_shipped
from registrar.app.doctoring.scene import Question, Scene, shortened, told
from registrar.app.doctoring.workflow_safety import (
    SECRET,
    About,
    cached,
    of_the_change,
    permissions,
    pins,
)
from registrar.app.shipped.github_remote import REMOTE_CHECK_NAME, REMOTE_WORKFLOW_PATH
from registrar.app.shipped.program import REMOTE_REQUIREMENTS_PATH
from registrar.domain.diagnosis import Line, Topic
from registrar.domain.metadata import mapping, sequence
from registrar.reading.dvc_config import CONFIG_PATH
from registrar.reading.pointers import is_pointer_name
from registrar.reading.policy import POLICY_NAME
from registrar.reading.workflows import Job, Workflow, read_workflow

_ABOUT = About(REMOTE_WORKFLOW_PATH, "remote-workflow")
_THERE = Question("remote-workflow", Topic.WORKFLOW, REMOTE_WORKFLOW_PATH)
_MISSING = Question("remote-workflow", Topic.WORKFLOW, REMOTE_WORKFLOW_PATH, counts=False)
_SHIPPED = Question("remote-workflow-as-shipped", Topic.WORKFLOW, REMOTE_WORKFLOW_PATH, False)
_EVENTS = Question("remote-workflow-events", Topic.WORKFLOW, REMOTE_WORKFLOW_PATH, False)
_NETWORK = Question("remote-network", Topic.WORKFLOW, POLICY_NAME)
_LIBRARIES = Question("remote-requirements", Topic.WORKFLOW, REMOTE_REQUIREMENTS_PATH)
_EDITED = Question("remote-requirements", Topic.WORKFLOW, REMOTE_REQUIREMENTS_PATH, False)
_ELSEWHERE = Question("bytes-before-merge", Topic.DVC, counts=False)
_WHEN = {
    "pull_request_target": "before the merge, for pull requests from this repository",
    "merge_group": "before the merge, for what waits in a merge queue",
    "push": "right after the merge, for what it brought",
    "schedule": "on a schedule, whether all bytes are still there",
    "workflow_dispatch": "by hand, whether all bytes are still there",
}


def remote_workflow(scene: Scene) -> Iterator[Line]:
    """What asks for the bytes of a change, and when; nothing where no bytes are elsewhere."""
    flow = remote_flow(scene)
    if flow is None:
        yield from _absent(scene)
        return
    if flow.flaws:
        text = f"{REMOTE_WORKFLOW_PATH} cannot be read plainly, so that nothing can be said of it"
        fix = f"mv {REMOTE_WORKFLOW_PATH} {REMOTE_WORKFLOW_PATH}.old, then registrar init --remote"
        yield _THERE.fails(text, fix, told(flow.flaws, REMOTE_WORKFLOW_PATH))
        return
    yield _THERE.holds(f"{REMOTE_WORKFLOW_PATH} is there, and asks for the bytes")
    yield as_shipped(_SHIPPED, scene)
    libraries = _EDITED if scene.here(REMOTE_REQUIREMENTS_PATH) else _LIBRARIES
    yield as_shipped(libraries, scene)
    yield _network(scene)
    yield _events(flow)
    yield pins(flow, _ABOUT)
    tells = next((job for job in flow.jobs if job.title == REMOTE_CHECK_NAME), None)
    yield permissions(flow, tells, _ABOUT, also="id-token")  # for keys that last an hour
    yield from of_the_change(flow, _ABOUT)
    yield _secrets(flow, read_workflow(scene.shipped[REMOTE_WORKFLOW_PATH].content))


def remote_flow(scene: Scene) -> Workflow | None:
    """The workflow; None where there is none."""
    raw = scene.raw(REMOTE_WORKFLOW_PATH)
    return read_workflow(raw) if raw is not None else None


def _absent(scene: Scene) -> Iterator[Line]:
    """What a registry whose bytes are elsewhere lacks."""
    pointed = any(is_pointer_name(node.path) for node in scene.tree.walk(scene.root))
    if not pointed and not scene.here(CONFIG_PATH):
        return
    if scene.github:
        text = f"there is no {REMOTE_WORKFLOW_PATH}: bytes not proved before merge, nor after it"
        yield _MISSING.fails(text, "registrar init --remote")
    else:
        text = "nothing that is known here asks for the bytes: not proved before merge"
        fix = "registrar check --remote --verify-bytes --base REV, where credentials may be kept"
        yield _ELSEWHERE.fails(text, fix)


def _network(scene: Scene) -> Line:
    """The policy lets a remote be asked; the workflow is red where it lets none."""
    named = scene.policy.dvc_remotes
    if named:
        return _NETWORK.holds(f"the policy lets DVC remotes be asked: {', '.join(named)}"[:200])
    text = "the policy lets no DVC remote be asked, so that each pointer is unchecked, and red"
    return _NETWORK.fails(text, 'write dvc_remotes = ["storage"] under [network] in registrar.toml')


def _events(flow: Workflow) -> Line:
    """When bytes are asked for, in words."""
    asked = tuple(f"{event}: {when}" for event, when in _WHEN.items() if event in flow.triggers)
    lacks = [
        f"not on {event}: {when}" for event, when in _WHEN.items() if event not in flow.triggers
    ]
    if not lacks:
        return _EVENTS.holds("bytes are asked for before and after the merge", asked)
    fix = "add what is missing, where your organisation allows it"
    return _EVENTS.fails("there are times at which bytes are not asked for", fix, shortened(lacks))


def _secrets(flow: Workflow, shipped: Workflow) -> Line:
    """The credentials are reached by the last step of a job with an environment, and no fork."""
    asked = _ABOUT.ask("secrets")
    faults = [
        f"{REMOTE_WORKFLOW_PATH}:{flow.line(('on', event))}: it runs on {event}"
        + (": then this file comes from the change" if event == "pull_request" else "")
        for event in flow.triggers
        if event not in _WHEN
    ]
    faults += cached(flow, _ABOUT)
    data = mapping(flow.document.data)
    outside = {key: part for key, part in data.items() if key not in ("jobs", "on")}
    if _names_secrets(outside):
        faults.append(f"{REMOTE_WORKFLOW_PATH}: every job has secrets")
    ours = {job.condition for job in shipped.jobs if _environment(shipped, job)}
    for job in flow.jobs:
        faults += _of_job(flow, job, ours)
    if faults:
        text = "credentials are within reach of what a change or a fork brings"
        fix = "take them there: one job with an environment, its last step, never for a fork"
        return asked.fails(text, fix, shortened(faults))
    mine, theirs = ({_environment(f, job) for job in f.jobs} for f in (flow, shipped))
    if mine != theirs:
        names = ", ".join(sorted(filter(None, mine))) or "none"
        text = f"the environments are not those that are shipped, but {names}"
        return asked.unseen(
            text, "see that they have required reviewers, and allow no branch but ours"
        )
    return asked.holds("credentials come from environments, to the step that judges alone")


def _of_job(flow: Workflow, job: Job, conditions: set[str | None]) -> Iterator[str]:
    where = f"{REMOTE_WORKFLOW_PATH}:{flow.line(job.route)}: {job.key}"
    fields = _fields(flow, job)
    whole = {key: part for key, part in fields.items() if key != "steps"}
    steps = sequence(fields.get("steps"))
    if _names_secrets(whole) or "secrets" in whole:
        yield f"{where}: all its steps have secrets"
    elif any(_names_secrets(step) for step in steps[:-1]):
        yield f"{where}: a step before the last has secrets"
    used = _names_secrets(fields)
    environment = _environment(flow, job)
    if used and not environment:
        yield f"{where}: secrets, and no environment that keeps them"
    exposed = "pull_request_target" in flow.triggers
    if exposed and (used or environment) and job.condition not in conditions:
        yield f"{where}: nobody can tell whether this keeps forks out: if: {job.condition}"


def _fields(flow: Workflow, job: Job) -> Any:
    return mapping(mapping(mapping(flow.document.data).get("jobs")).get(job.key))


def _environment(flow: Workflow, job: Job) -> str:
    """The environment of a job as it is written; "" for none."""
    said = _fields(flow, job).get("environment")
    return str(mapping(said).get("name", "") if isinstance(said, dict) else said or "")


def _names_secrets(part: object) -> bool:
    return SECRET.search(json.dumps(part, default=str)) is not None
