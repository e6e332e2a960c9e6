"""The workflows beside the gate's: none may report under the name of the required check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from registrar.app.doctoring.scene import Question, Scene, shortened
from registrar.app.shipped.github import CHECK_NAME, WORKFLOW_PATH
from registrar.domain.diagnosis import Line, Topic
from registrar.domain.metadata import mapping
from registrar.domain.trees import UnreadableError
from registrar.reading.workflows import Workflow, read_workflow

_OTHERS = Question("workflow-others", Topic.WORKFLOW)
_WRITES = Question("workflow-others-write", Topic.WORKFLOW, counts=False)
_FOLDER = ".github/workflows"
_MOST = 500
_REPORTING = ("checks", "statuses")


@dataclass(slots=True)
class _Found:
    """What the other workflows hold, each with its place."""

    same: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    """What cannot be told of: files that cannot be read, names that are made as they run."""
    writes: list[str] = field(default_factory=list)


def others(scene: Scene) -> Iterator[Line]:
    """No other workflow has a job that reports under the name of the required check."""
    if not scene.github:
        return
    found = _found(scene)
    if found.same:
        text = (
            f"another workflow reports as {CHECK_NAME}, so that its green may pass for the gate's"
        )
        yield _OTHERS.fails(text, "give its job another name", shortened(found.same))
    elif found.hidden:
        text = f"whether another workflow reports as {CHECK_NAME}: "
        fix = "write these names plainly, without ${{ }}, anchors, aliases and tags"
        yield _OTHERS.unseen(text + "; ".join(shortened(found.hidden)), fix)
    else:
        yield _OTHERS.holds(f"no other workflow reports as {CHECK_NAME}")
    if found.writes:
        text = f"other workflows may write checks, under the name {CHECK_NAME}, too"
        fix = "grant it to no workflow that runs what a change brings"
        yield _WRITES.fails(text, fix, shortened(found.writes))


def _found(scene: Scene) -> _Found:
    found = _Found()
    nodes = [n for n in scene.tree.children(_FOLDER) if n.path.endswith((".yml", ".yaml"))]
    if len(nodes) > _MOST:
        found.hidden.append(f"only the first {_MOST} of {len(nodes):,} workflows were read")
    for node in nodes[:_MOST]:
        if node.path == WORKFLOW_PATH:
            continue
        try:
            flow = read_workflow(scene.raw(node.path) or b"")
        except UnreadableError as error:
            found.hidden.append(str(error))
            continue
        if flow.flaws:
            flaw = flow.flaws[0]
            told = f"{node.path}:{flaw.span.line} cannot be read plainly: {flaw.message}"
            found.hidden.append(told)
        _look(node.path, flow, found)
    return found


def _look(path: str, flow: Workflow, found: _Found) -> None:
    """Add what one workflow holds; names are compared without case, as nobody can see it."""
    if _reports(flow.permissions):
        found.writes.append(f"{path}:{flow.line(('permissions',))}: every job")
    for job in flow.jobs:
        told = f"{path}:{flow.line(job.route)}: {job.key}"
        if job.title.strip().casefold() == CHECK_NAME.casefold():
            found.same.append(told)
        elif "${{" in job.title:
            found.hidden.append(f"{told} has a name that is made as it runs, {job.title}")
        if _reports(job.permissions):
            found.writes.append(told)


def _reports(given: Any) -> bool:
    """Tell permissions by which a job may write checks of any name."""
    if isinstance(given, str):
        return given == "write-all"
    return any(str(mapping(given).get(key)) == "write" for key in _REPORTING)
