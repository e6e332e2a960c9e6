"""The gate's files are in git, and on the branch that judges: a file on a laptop guards nothing."""

from __future__ import annotations

from collections.abc import Iterator

from registrar.app.doctoring.gitlab import CI_PATH
from registrar.app.doctoring.scene import Question, Scene, shortened
from registrar.app.gate_files import gate_paths
from registrar.app.shipped.github import WORKFLOW_PATH
from registrar.app.shipped.gitlab import PIPELINE_PATH
from registrar.domain.diagnosis import Line, Topic
from registrar.ports import Tree
from registrar.reading.policy import POLICY_NAME

_COMMITTED = Question("gate-committed", Topic.REGISTRY)
_GITLAB = (PIPELINE_PATH, CI_PATH)
_MERGED = Question("gate-merged", Topic.REGISTRY)


def committed(scene: Scene) -> Iterator[Line]:
    """What judges is what is committed; in a bare repository nothing else can be."""
    if scene.clone is None or scene.history is None or scene.clone.bare:
        return
    head = scene.history.resolve("HEAD")
    if head is None:
        fix = "commit the gate: registrar init names the files"
        yield _COMMITTED.fails("nothing is committed here, so that nothing can judge", fix)
        return
    tree = scene.history.tree(head)
    try:
        loose = [path for path in gate_paths(scene.tree, scene.policy) if _loose(path, scene, tree)]
    finally:
        tree.close()
    if loose:
        text = "files of the gate differ from what is committed, or are not"
        fix = "git add -- these files, and commit them in a change without models"
        yield _COMMITTED.fails(text, fix, shortened(loose))
    else:
        yield _COMMITTED.holds("the files of the gate are committed")


def _loose(path: str, scene: Scene, head: Tree) -> bool:
    """Tell a file that git has otherwise than it lies here; line ends of a checkout aside."""
    if scene.tree.fingerprint(path) == head.fingerprint(path):
        return False
    here, there = scene.tree.node(path), head.node(path)
    if here is None or there is None or here.kind is not there.kind:
        return True
    with scene.tree.open(path) as mine, head.open(path) as theirs:
        return mine.read().replace(b"\r\n", b"\n") != theirs.read().replace(b"\r\n", b"\n")


def merged(scene: Scene) -> Iterator[Line]:
    """The branch that takes changes has the gate, as far as this clone knows that branch."""
    if scene.clone is None or scene.history is None or scene.remote is None:
        return
    branch = f"{scene.remote.name}/{scene.clone.default_branch}"
    tip = scene.history.resolve(f"refs/remotes/{branch}")
    if tip is None:
        text = f"{branch} is not known here, so that nobody can say what judges there"
        yield _MERGED.unseen(text, f"git fetch {scene.remote.name}")
        return
    tree = scene.history.tree(tip)
    wanted = [POLICY_NAME]
    wanted += [WORKFLOW_PATH] if scene.github else []
    wanted += [PIPELINE_PATH] if scene.gitlab else []
    try:
        lacks = [path for path in wanted if tree.node(path) is None]
        other = [] if lacks else _other(scene, tree)
    finally:
        tree.close()
    if lacks:
        text = f"{branch} has no {' and no '.join(lacks)}: it does not judge yet"
        yield _MERGED.fails(text, f"push or merge the gate, then git fetch {scene.remote.name}")
    elif other:
        text = f"{branch} has another gate than HEAD, and it is the one that judges"
        fix = "look at that one: check it out and run registrar doctor there, or merge this one"
        yield _MERGED.fails(text, fix, shortened(other))
    else:
        yield _MERGED.holds(f"{branch} has the gate of HEAD, as of the last fetch")


def _other(scene: Scene, there: Tree) -> list[str]:
    """The gate's files that differ from those of HEAD, which is what the other lines tell of."""
    head = scene.history.resolve("HEAD") if scene.history is not None else None
    if scene.history is None or head is None:
        return []
    here = scene.history.tree(head)
    try:
        paths = {*gate_paths(here, scene.policy), *gate_paths(there, scene.policy), *_GITLAB}
        return [path for path in sorted(paths) if here.fingerprint(path) != there.fingerprint(path)]
    finally:
        here.close()
