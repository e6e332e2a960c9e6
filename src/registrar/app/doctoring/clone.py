"""This clone: does git keep the bytes as they were judged, and is all of history here."""

from __future__ import annotations

from collections.abc import Iterator

from registrar.app.doctoring.scene import Question, Scene, shortened
from registrar.app.shipped.lines import ATTRIBUTES_PATH
from registrar.domain.diagnosis import Line, Topic

_REPOSITORY = Question("repository", Topic.CLONE)
_ATTRIBUTES = Question("attributes", Topic.CLONE, ATTRIBUTES_PATH)
_HISTORY = Question("whole-history", Topic.CLONE, counts=False)
_TREE = Question("whole-tree", Topic.CLONE, counts=False)
_PROBES = (
    *("metadata.yaml", "MODEL_CARD.md", "metrics.json", "dataset-manifest.yaml", "model.onnx"),
    *("model.safetensors", "model.gguf", "model.pkl", "model.zip", "model.bin", "model.txt"),
    *("model.onnx.dvc", "model/config.json", "model.h5", "model.npz"),
)
_NAMES = ("text", "filter", "ident", "working-tree-encoding")
_CHANGING = {"text": "unset", "filter": "unset", "ident": "unset"}
"""Attributes that change bytes between git and work tree, and the value that keeps git from it."""
_MOST = 500


def repository(scene: Scene) -> Iterator[Line]:
    """This is a git repository that git can read."""
    if scene.clone is None:
        yield _REPOSITORY.unseen(f"git: {scene.git_reason}", "run registrar doctor in a git clone")


def attributes(scene: Scene) -> Iterator[Line]:
    """git hands out the files of entries byte for byte; git itself is asked."""
    if scene.local_git is None or scene.clone is None:
        return
    if scene.clone.bare:
        return  # there is no work tree whose bytes could differ
    made = [f"{scene.root}/probe-1.0.0/{name}" for name in _PROBES]
    there = [node.path for node in scene.tree.walk(scene.root)][:_MOST]
    said = scene.local_git.attributes([*made, *there], _NAMES)
    wrong: dict[str, str] = {}
    for key, value in said.items():
        path, _, name = key.rpartition(":")
        if value != _CHANGING.get(name, value if value in ("unset", "unspecified") else ""):
            wrong.setdefault(f"{name} is {value}", path.replace("probe-1.0.0", "<entry>"))
    if wrong:
        text = f"git may change bytes of {scene.root} between its store and a work tree"
        fix = f"as the last line of {ATTRIBUTES_PATH}: {scene.root}/** -text -filter -ident"
        details = shortened([f"{what} for {path}" for what, path in sorted(wrong.items())])
        yield _ATTRIBUTES.fails(text, fix, details)
    else:
        yield _ATTRIBUTES.holds(f"git hands out {scene.root} byte for byte")


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
