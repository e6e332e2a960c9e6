"""GitLab: the pipeline of the gate; what its settings say cannot be seen from here."""

from __future__ import annotations

from collections.abc import Iterator

from registrar.app.doctoring.program import as_shipped
from registrar.app.doctoring.scene import Question, Scene
from registrar.app.shipped.gitlab import PIPELINE_PATH
from registrar.domain.diagnosis import Line, Topic
from registrar.domain.metadata import mapping, text
from registrar.reading.yaml import read_yaml

CI_PATH = ".gitlab-ci.yml"
_SHIPPED = Question("gitlab-as-shipped", Topic.WORKFLOW, PIPELINE_PATH)
_INCLUDED = Question("gitlab-included", Topic.WORKFLOW, CI_PATH)


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
    elif any(_local(item) == PIPELINE_PATH for item in _included(document.data)):
        yield _INCLUDED.holds(f"{CI_PATH} includes {PIPELINE_PATH}")
    else:
        yield _INCLUDED.fails(f"{CI_PATH} does not include {PIPELINE_PATH}", f"add {fix}")


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
