"""This clone: can git read it, and is all of history here."""

from __future__ import annotations

from collections.abc import Iterator

from registrar.app.doctoring.scene import Question, Scene
from registrar.domain.diagnosis import Line, Topic

_REPOSITORY = Question("repository", Topic.CLONE)
_HISTORY = Question("whole-history", Topic.CLONE, counts=False)
_TREE = Question("whole-tree", Topic.CLONE, counts=False)


def repository(scene: Scene) -> Iterator[Line]:
    """This is a git repository that git can read."""
    if scene.clone is None:
        yield _REPOSITORY.unseen(f"git: {scene.git_reason}", "run registrar doctor in a git clone")


def whole(scene: Scene) -> Iterator[Line]:
    """Neither history nor work tree is cut."""
    if scene.clone is None:
        return
    if scene.clone.shallow:
        text = "this clone is shallow: rules of history cannot look here"
        yield _HISTORY.fails(text, "git fetch --unshallow")
    elif scene.clone.partial:
        text = "this clone is partial: objects that it lacks cannot be judged here"
        yield _HISTORY.fails(text, "clone it without --filter")
    else:
        yield _HISTORY.holds("all of history is here")
    if scene.clone.sparse:
        text = "the work tree is sparse: entries outside of it are not judged here"
        yield _TREE.fails(text, "git sparse-checkout disable")
