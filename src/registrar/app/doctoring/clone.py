"""This clone: does git keep the bytes as they were judged, and is all of history here."""

from __future__ import annotations

from collections.abc import Iterator

from registrar.app.doctoring.scene import Question, Scene, shortened
from registrar.app.shipped.lines import ATTRIBUTES_PATH
from registrar.domain.diagnosis import Line, Topic
from registrar.domain.formats import COMPRESSIONS, DATA_EXTENSIONS, DATA_NAMES, EXTENSIONS
from registrar.domain.trees import Kind

_REPOSITORY = Question("repository", Topic.CLONE)
_ATTRIBUTES = Question("attributes", Topic.CLONE, ATTRIBUTES_PATH)
_HISTORY = Question("whole-history", Topic.CLONE, counts=False)
_TREE = Question("whole-tree", Topic.CLONE, counts=False)
_PROBES = (
    *("metadata.yaml", "MODEL_CARD.md", "metrics.json", "dataset-manifest.yaml", "model"),
    *("model.onnx.dvc", "model/config.json", *sorted(DATA_NAMES)),
    *(f"model.{extension}" for extension in sorted({*EXTENSIONS, *DATA_EXTENSIONS})),
    *(f"model.{inner}.{outer}" for inner in ("pkl", "tar") for outer in sorted(COMPRESSIONS)),
)
"""What an entry may come to hold: git gives attributes to files that are not there, too."""
_NAMES = ("text", "filter", "ident", "working-tree-encoding")
_CHANGING = {"text": "unset", "filter": "unset", "ident": "unset"}
"""Attributes that change bytes between git and work tree, and the value that keeps git from it."""
_MOST = 50_000
_ATTRIBUTES_FIX = "in a work tree that can be read, git check-attr -a -- <file>"


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
    nodes = scene.tree.walk(scene.root)
    there = [node.path for node in nodes if node.kind is not Kind.UNREADABLE]
    asked = [*made, *there[:_MOST]]
    said = scene.local_git.attributes(asked, _NAMES)
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
    elif len(there) > _MOST:
        text = f"{scene.root} has more than {_MOST:,} files; git was asked for the first alone"
        yield _ATTRIBUTES.unseen(text, _ATTRIBUTES_FIX)
    elif len(there) < len(nodes) or any(f"{p}:{n}" not in said for p in asked for n in _NAMES):
        text = f"not every file below {scene.root} could be asked for"
        yield _ATTRIBUTES.unseen(text, _ATTRIBUTES_FIX)
    else:
        text = f"git hands out {scene.root} byte for byte: every file, and new ones by usual names"
        yield _ATTRIBUTES.holds(text)


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
