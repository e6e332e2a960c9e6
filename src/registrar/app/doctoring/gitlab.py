"""GitLab: the pipeline of the gate; what its settings say cannot be seen from here."""

from __future__ import annotations

from collections.abc import Iterator

from registrar.app.doctoring.program import as_shipped
from registrar.app.doctoring.scene import Question, Scene
from registrar.app.shipped.gitlab import JOB_NAME, PIPELINE_PATH, STAGE
from registrar.domain.diagnosis import Line, Topic
from registrar.domain.metadata import mapping, text
from registrar.domain.trees import UnreadableError
from registrar.reading.documents import Document
from registrar.reading.gitlab_ci import stages
from registrar.reading.yaml import read_yaml

CI_PATH = ".gitlab-ci.yml"
_SHIPPED = Question("gitlab-as-shipped", Topic.WORKFLOW, PIPELINE_PATH)
_INCLUDED = Question("gitlab-included", Topic.WORKFLOW, CI_PATH)
_ALONE = Question("gitlab-alone", Topic.WORKFLOW, CI_PATH)
_ALWAYS = (".pre", ".post")
"""Stages that every pipeline has."""
_SHOWN = 5
_FOR_ALL = (
    *("workflow", "default", "before_script", "after_script", "variables"),
    *("image", "services", "cache", "hooks", "id_tokens"),
)
"""Keys at the top that hold for every job, or decide whether there is a pipeline."""


def pipeline(scene: Scene) -> Iterator[Line]:
    """The job is as shipped, and the project's pipeline includes it."""
    if not scene.gitlab:
        return
    yield as_shipped(_SHIPPED, scene)
    raw = scene.raw(CI_PATH)
    fix = f"include: [{{local: {PIPELINE_PATH}}}]"
    if raw is None:
        told = f"there is no {CI_PATH}, so that nothing includes {PIPELINE_PATH}"
        yield _INCLUDED.fails(told, f"write {CI_PATH} with {fix}")
        return
    document = read_yaml(raw, any_keys=True)
    if document.flaws:
        flaw = document.flaws[0]
        told = f"{CI_PATH}:{flaw.span.line}: {flaw.message}, so that its includes were not read"
        yield _INCLUDED.unseen(told, "look for yourself: it must include the file")
        yield from _without_stage(raw, scene)
    elif any(_local(item) == PIPELINE_PATH for item in _included(document.data)):
        yield _INCLUDED.holds(f"{CI_PATH} includes {PIPELINE_PATH}")
        yield _alone(document, next(_without_stage(raw, scene), None))
    else:
        yield _INCLUDED.fails(f"{CI_PATH} does not include {PIPELINE_PATH}", f"add {fix}")


def _without_stage(raw: bytes, scene: Scene) -> Iterator[Line]:
    """The stages that the pipeline names have that of the job; told where it is known, and not so.

    Aliases and tags elsewhere in the file, which keep its includes from being read, hide no stages.
    """
    names, stage = stages(raw), _stage(scene)
    if names is not None and stage not in (*names, *_ALWAYS):
        told = f"the stages of {CI_PATH} lack {stage}, the stage of the job {JOB_NAME}"
        fix = f"add it to stages: in {CI_PATH}:  - {stage}"
        yield _ALONE.fails(f"{told}: GitLab refuses every pipeline, so that nothing judges", fix)


def _stage(scene: Scene) -> str:
    """The stage that the job names here; the shipped one where it cannot be read."""
    try:
        raw = scene.raw(PIPELINE_PATH)
    except UnreadableError:
        return STAGE
    job = mapping(mapping(read_yaml(raw or b"", any_keys=True).data).get(JOB_NAME))
    return text(job.get("stage")) or STAGE


def _alone(document: Document, without_stage: Line | None) -> Line:
    """What stands beside the include is merged over the job, or holds for it as for every other."""
    keys = mapping(document.data)
    if JOB_NAME in keys:
        line = document.span((JOB_NAME,)).line
        told = f"{CI_PATH}:{line}: {JOB_NAME} is laid over the job that is included"
        return _ALONE.fails(told, f"take {JOB_NAME} out of {CI_PATH}")
    if without_stage is not None:
        return without_stage
    doubts = [f"line {document.span((key,)).line}: {key}" for key in _FOR_ALL if key in keys]
    symbols = [str(key) for key in keys if str(key).startswith(":")]
    doubts += [f"{key}, which Ruby may read as {key[1:]}" for key in symbols[:_SHOWN]]
    if any(_local(item) != PIPELINE_PATH for item in _included(document.data)):
        doubts.append("other files that it includes")
    if doubts:
        told = f"what {CI_PATH} has besides may change or skip the job: {', '.join(doubts)}"
        fix = f"look for yourself, or let the project take {PIPELINE_PATH} as its CI configuration"
        return _ALONE.unseen(told, fix)
    return _ALONE.holds(f"nothing in {CI_PATH} changes the job {JOB_NAME}")


def _included(data: object) -> list[object]:
    found = mapping(data).get("include")
    return list(found) if isinstance(found, list) else [found]


def _local(item: object) -> str | None:
    """The path of a local include without a condition; one with ``rules`` may not be taken."""
    if isinstance(item, str):
        return None if "://" in item else item.removeprefix("/")
    fields = mapping(item)
    path = None if "rules" in fields else text(fields.get("local"))
    return path.removeprefix("/") if path else None
