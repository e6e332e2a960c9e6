"""The gate's workflow on GitHub: as shipped, and where it was edited, still a gate."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from registrar import __version__
from registrar.app.doctoring.program import as_shipped
from registrar.app.doctoring.scene import Question, Scene, shortened, told
from registrar.app.doctoring.workflow_changes import telling_changes
from registrar.app.doctoring.workflow_safety import permissions, pins, steps
from registrar.app.shipped.github import CHECK_NAME, RULESET_PATH, WORKFLOW_PATH
from registrar.domain.diagnosis import Line, Topic
from registrar.domain.metadata import sequence
from registrar.reading.json import read_json
from registrar.reading.workflows import Job, Workflow, read_workflow

_THERE = Question("workflow", Topic.WORKFLOW, WORKFLOW_PATH)
_SHIPPED = Question("workflow-as-shipped", Topic.WORKFLOW, WORKFLOW_PATH)
_FILTERS = Question("workflow-filters", Topic.WORKFLOW, WORKFLOW_PATH)
_TRIGGERS = Question("workflow-triggers", Topic.WORKFLOW, WORKFLOW_PATH)
_EVENT = Question("workflow-event", Topic.WORKFLOW, WORKFLOW_PATH, counts=False)
_REPORTS = Question("workflow-reports", Topic.WORKFLOW, WORKFLOW_PATH)
_RULESET = Question("ruleset-file", Topic.WORKFLOW, RULESET_PATH)
_FORBIDDEN = ("paths", "paths-ignore", "branches-ignore", "tags", "tags-ignore")
_NEEDED_TYPES = ("opened", "synchronize", "reopened")
_JUDGES = ("pull_request_target", "pull_request")


def workflow(scene: Scene) -> Iterator[Line]:
    """The workflow is there, as shipped, and holds what a gate needs."""
    if not scene.github:
        return
    if scene.workflow is None:
        yield _THERE.fails(f"there is no {WORKFLOW_PATH}: nothing is judged", "registrar init")
        return
    if scene.workflow.flaws:
        flaws = told(scene.workflow.flaws, WORKFLOW_PATH)
        text = f"{WORKFLOW_PATH} cannot be read plainly, so that nothing can be said of it"
        fix = f"mv {WORKFLOW_PATH} {WORKFLOW_PATH}.old, then registrar init"
        yield _THERE.fails(text, fix, flaws)
        return
    yield _THERE.holds(f"{WORKFLOW_PATH} is there")
    yield as_shipped(_SHIPPED, scene)
    yield _filters(scene.workflow)
    yield from _triggers(scene.workflow, scene)
    yield _reports(scene.workflow, scene)
    yield pins(scene.workflow)
    yield permissions(scene.workflow, required_job(scene.workflow))
    yield from steps(scene.workflow)


def ruleset_file(scene: Scene) -> Iterator[Line]:
    """The ruleset to install is there and means what is shipped."""
    if not scene.github:
        return
    raw = scene.raw(RULESET_PATH)
    if raw is None:
        yield _RULESET.fails(f"there is no {RULESET_PATH}", "registrar init")
        return
    document = read_json(raw)
    if document.flaws:
        yield _RULESET.fails(
            f"{RULESET_PATH} is no JSON", "registrar init", told(document.flaws, RULESET_PATH)
        )
    elif document.data == read_json(scene.shipped[RULESET_PATH].content).data:
        yield _RULESET.holds(f"{RULESET_PATH} is as shipped")
    else:
        yield as_shipped(_RULESET, scene)


def required_job(flow: Workflow) -> Job | None:
    """The job whose name is that of the required check."""
    return next((job for job in flow.jobs if job.title == CHECK_NAME), None)


def _filters(flow: Workflow) -> Line:
    found = [
        f"{WORKFLOW_PATH}:{flow.line(('on', event, key))}: {key} of {event}"
        for event, filters in flow.triggers.items()
        for key in _FORBIDDEN
        if key in filters
    ]
    if found:
        text = "a filter can keep the workflow from running, and its required check waits for ever"
        return _FILTERS.fails(
            text, "remove the filters: the gate itself finds what changed", shortened(found)
        )
    return _FILTERS.holds("no filter of paths keeps the gate from running")


def _triggers(flow: Workflow, scene: Scene) -> Iterator[Line]:
    """The events are complete, and each means the default branch."""
    events = flow.triggers
    lacks = [event for event in ("merge_group", "push", "schedule") if event not in events]
    judges = [event for event in _JUDGES if event in events]
    if not judges:
        lacks.insert(0, "pull_request_target")
    faults = [f"it does not run on {event}: {_WHY[event]}" for event in lacks]
    faults += _branch_faults(flow, scene)
    for event in judges:
        types = _listed(events[event].get("types"))
        missing = [kind for kind in _NEEDED_TYPES if types and kind not in types]
        faults += [f"{event} leaves out {kind}" for kind in missing]
    if faults:
        fix = "add what is missing; the shipped workflow has all of it"
        text = "there are ways into the branch on which the workflow does not run"
        yield _TRIGGERS.fails(text, fix, shortened(faults))
    else:
        yield _TRIGGERS.holds("it runs on pull requests, merge queues, pushes and a schedule")
    if judges == ["pull_request"]:
        text = "on pull_request a change brings its own workflow: only reviewers guard the gate"
        fix = "registrar init --github-event pull_request_target, where that event is allowed"
        yield _EVENT.fails(text, fix)


_WHY = {
    "pull_request_target": "pull requests are not judged",
    "merge_group": "a merge queue waits for ever",
    "push": "what got around the pull request is not judged",
    "schedule": "what changes by time alone, such as waivers, is not judged",
}


def _branch_faults(flow: Workflow, scene: Scene) -> Iterator[str]:
    """Events whose branches leave the default branch out."""
    branch = scene.clone.default_branch if scene.clone is not None else None
    for event in ("pull_request_target", "pull_request", "merge_group", "push"):
        patterns = flow.triggers.get(event, {}).get("branches")
        if patterns is None or branch is None:
            continue
        if not _covers([str(pattern) for pattern in _listed(patterns)], branch):
            line = flow.line(("on", event, "branches"))
            yield f"{WORKFLOW_PATH}:{line}: {event} leaves out the branch {branch}"


def _listed(value: object) -> list[object]:
    """A filter's values; GitHub takes one alone for a list of it."""
    return [value] if isinstance(value, str) else list(sequence(value))


def _covers(patterns: list[str], branch: str) -> bool:
    """Whether a filter names a branch: the last pattern that matches counts, ``!`` takes away.

    A pattern with ``?``, ``+`` or ``[`` counts as naming only what it is written like, and with
    ``!`` as taking the branch away: what it would match besides is not needed here.
    """
    covered = False
    for pattern in patterns:
        negative, plain = pattern.startswith("!"), pattern.removeprefix("!")
        literal = plain.replace("\\", "")
        prefix = plain.partition("*")[0]
        rest = branch.removeprefix(prefix)
        star = plain == prefix + "*" and branch.startswith(prefix) and "/" not in rest
        deep = plain == prefix + "**" and branch.startswith(prefix)
        if negative and (set(plain) & set("?+[") or fnmatchcase(branch, plain)):
            covered = False
        elif literal == branch or star or deep:
            covered = not negative
    return covered


def _reports(flow: Workflow, scene: Scene) -> Line:
    """The required job is there, always runs, and is red where the gate is."""
    job = required_job(flow)
    if job is None:
        names = ", ".join(job.title for job in flow.jobs)
        fix = f"call the job that judges {CHECK_NAME}"
        return _REPORTS.fails(f"no job is called {CHECK_NAME}; there are: {names}", fix)
    line = f"{WORKFLOW_PATH}:{flow.line(job.route)}: "
    faults = []
    always = job.condition is not None and "always()" in job.condition
    if job.condition is not None and not _always(job.condition):
        faults.append(f"{line}if: {job.condition}: a skipped job counts as passed")
    if job.needs and not always:
        faults.append(f"{line}it needs {', '.join(job.needs)}: where one fails, it is skipped")
    if job.may_fail:
        faults.append(f"{line}continue-on-error: a failing gate is green")
    for step in job.steps:
        where = f"{WORKFLOW_PATH}:{flow.line(step.route)}: "
        if step.may_fail:
            faults.append(f"{where}continue-on-error: a failing step is green")
        if step.condition is not None and not _always(step.condition):
            faults.append(f"{where}if: {step.condition}: a skipped step is green")
    if not job.steps and job.uses is None:
        faults.append(f"{line}it does nothing")
    if faults:
        text = f"the job {CHECK_NAME} can be green without a verdict"
        fix = f"take it out; registrar {__version__} ships a job that always tells"
        return _REPORTS.fails(text, fix, shortened(faults))
    doubts = _doubts(flow, job, scene)
    if doubts:
        text = f"the job {CHECK_NAME} was edited where it is decided whether it is red"
        fix = f"read these lines; for ours: mv {WORKFLOW_PATH} {WORKFLOW_PATH}.old, registrar init"
        return _REPORTS.unseen(f"{text}: {'; '.join(shortened(doubts))}", fix)
    return _REPORTS.holds(f"the job {CHECK_NAME} always runs and is red where the gate is")


def _doubts(flow: Workflow, job: Job, scene: Scene) -> list[str]:
    """What was edited, or is made as it runs, so that the colour of the check cannot be told."""
    shipped = read_workflow(scene.shipped[WORKFLOW_PATH].content)
    ours = required_job(shipped)
    found = list(telling_changes(flow, job, shipped, ours)) if ours is not None else []
    for other in flow.jobs:
        same = other.title.strip().casefold() == CHECK_NAME.casefold()
        if other.key != job.key and (same or "${{" in other.title):
            line = flow.line(other.route)
            found.append(f"{WORKFLOW_PATH}:{line}: another job is called {other.title}")
    return found


def _always(condition: str) -> bool:
    inner = condition.strip().removeprefix("${{").removesuffix("}}").strip()
    return inner in ("always()", "true", "!cancelled()")
