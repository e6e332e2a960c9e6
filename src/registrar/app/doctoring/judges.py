"""Whether anything at all judges: each gate by itself is looked at only where it is meant to be."""

from __future__ import annotations

from collections.abc import Iterator

from registrar.app.doctoring.scene import Question, Scene
from registrar.app.shipped.github import WORKFLOW_PATH
from registrar.app.shipped.gitlab import PIPELINE_PATH
from registrar.domain.diagnosis import Line, Topic
from registrar.domain.trees import UnreadableError
from registrar.errors import GitError

_JUDGE = Question("judge", Topic.FORGE)
_NONE = "nothing judges here: there is no workflow, no pipeline and no hook pre-receive"
_FIX = "registrar init, or on a plain server docs/git_server.md of Registrar"


def judges(scene: Scene) -> Iterator[Line]:
    """Silent where there is a gate of any kind: its own lines say whether it is in force."""
    if scene.here(WORKFLOW_PATH) or scene.here(PIPELINE_PATH):
        return
    if _elsewhere(scene):
        text = "there is no workflow and no pipeline, and the hooks of the server cannot be seen"
        yield _JUDGE.unseen(text, "ask its administrator for hooks/pre-receive, or registrar init")
        return
    try:
        if _has_hook(scene):
            return
    except (UnreadableError, GitError) as error:
        yield _JUDGE.unseen(f"there is no workflow and no pipeline; {error}", _FIX)
        return
    yield _JUDGE.fails(_NONE, _FIX)


def _elsewhere(scene: Scene) -> bool:
    """Tell a server that may run hooks which nobody sees from here; the known forges run none."""
    if scene.clone is None:
        return True
    remote = scene.remote
    server = remote is not None and not remote.is_local and not scene.clone.bare
    return server and not scene.github and not scene.gitlab


def _has_hook(scene: Scene) -> bool:
    if scene.local_git is None or scene.clone is None:
        return False
    remote = scene.remote
    if scene.clone.bare:
        return scene.local_git.hook("pre-receive") is not None
    if remote is None or not remote.is_local:
        return False
    return scene.local_git.hook_of(remote, "pre-receive") is not None
