"""The programs that the registry needs on this machine."""

from __future__ import annotations

from collections.abc import Iterator

from registrar.app.doctoring.scene import Question, Scene
from registrar.app.shipped.hooks import HOOKS_PATH
from registrar.domain.diagnosis import Line, Topic
from registrar.reading.dvc_config import CONFIG_PATH

_GIT = Question("git", Topic.TOOLS)
_OTHER = Question("tools", Topic.TOOLS, counts=False)
MIN_GIT = (2, 31)
"""The oldest git that answers all that is asked (``rev-parse --path-format``)."""


def tools(scene: Scene) -> Iterator[Line]:
    """git is new enough; what else is used here is installed."""
    if scene.clone is not None:
        version = ".".join(str(part) for part in scene.clone.git_version) or "of no known version"
        if scene.clone.git_version >= MIN_GIT:
            yield _GIT.holds(f"git {version}")
        else:
            wanted = ".".join(str(part) for part in MIN_GIT)
            yield _GIT.fails(f"git {version} is too old", f"install git {wanted} or newer")
    needed = (
        ("dvc", CONFIG_PATH, "python3 -m pip install dvc, with the extra of your remote"),
        ("pre-commit", HOOKS_PATH, "python3 -m pip install pre-commit"),
    )
    for program, because, fix in needed:
        if scene.here(because):
            version_of = scene.machine.version_of(program)
            if version_of is None:
                yield _OTHER.fails(f"{because} is there, and {program} is not installed", fix)
            else:
                said = version_of if version_of.startswith(program) else f"{program} {version_of}"
                yield _OTHER.holds(said)
