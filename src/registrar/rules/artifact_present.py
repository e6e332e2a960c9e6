"""Refuses an entry whose artifact is neither here nor behind a pointer.

What it does: wants the file or folder that `artifact` names, or a pointer to it:
`<artifact>.dvc`, another `.dvc` of the entry whose out it is, or an out of `dvc.lock`. A
git-LFS pointer in the artifact's place is refused. With `[artifact] bytes = "required"` the
bytes themselves must be here.

Why this is bad: papers without a model. A git-LFS pointer that was checked out instead of the
model has been served as the model, more than once.

Example:

    artifact: model.pth        # and neither model.pth nor model.pth.dvc

Use instead: add the file, or `dvc add` it and commit the pointer.
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.findings import Fix, Outcome, Phase, Problem, Severity
from registrar.domain.places import At
from registrar.domain.trees import Kind, UnreadableError
from registrar.reading.artifact import Artifact
from registrar.reading.corrections import rewrite
from registrar.reading.entry import Entry
from registrar.reading.nearest import nearest
from registrar.rules.rule import Judging, Rule


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Look for the artifact and for what stands in its place."""
    named = entry.metadata.artifact if entry.metadata else None
    if named is None:
        return
    at = At(entry.metadata_names[0], ("artifact",))
    artifact = entry.artifact
    if artifact is None:
        tracked = named.removesuffix(".dvc")
        message = f"{named} is a pointer, not the artifact"
        hint = f"name the tracked file, {tracked}"
        yield Problem(message, hint, at, fix=_tracked(entry, named, tracked, at))
    elif artifact.here:
        yield from _stand_ins(entry, artifact)
    elif not artifact.outs:
        yield from _absent(entry, artifact, at)
    elif judging.policy.bytes_required:
        message = f"the policy wants the bytes of {artifact.path} here; only a pointer is"
        yield Problem(message, f"run dvc pull {entry.typed(artifact.path)}", at)


def _tracked(entry: Entry, pointer: str, tracked: str, at: At) -> Fix | None:
    """The tracked file, where its pointer is here and says so.

    Not where the gate would then ask for ``files`` and the remote: a person writes these.
    """
    metadata, document = entry.metadata, entry.metadata_document
    if metadata is None or document is None:
        return None
    said = any((out.pointer, out.path) == (pointer, tracked) for out in entry.outs)
    if not (said and metadata.files_declared and metadata.dvc_remote):
        return None
    edit = rewrite(at.path, document, at.route, tracked)
    return Fix(f"write {tracked}", (edit,)) if edit else None


def _absent(entry: Entry, artifact: Artifact, at: At) -> Iterator[Outcome]:
    node = entry.nodes.get(artifact.path)
    if node is not None and node.kind is not Kind.FILE:
        return  # entry-files has refused what stands there
    if any(pointer.flaws for pointer in entry.pointers):
        return  # artifact-pointer has refused what may be its pointer
    hint = f"add {artifact.path}, or track it with dvc add {entry.typed(artifact.path)}"
    inner = artifact.path.removeprefix(f"{entry.path}/")
    meant = inner if inner != artifact.path else nearest(artifact.path, sorted(entry.files))
    if meant is not None and meant in entry.files:
        hint = f"write artifact: {meant}; the path is relative to the entry"
    yield Problem(f"{artifact.path} is not here, and no pointer names it", hint, at)


def _stand_ins(entry: Entry, artifact: Artifact) -> Iterator[Outcome]:
    for path in artifact.members:
        content = entry.content(path)
        if isinstance(content, UnreadableError):
            hint = "check its type and permissions"
            yield Problem(f"{path} cannot be read: {content}", hint, At(path))
        elif content.lfs_pointer:
            hint = "run git lfs pull, or track it with DVC: git rm --cached it, then dvc add"
            yield Problem(f"{path} is a git-LFS pointer, not the model", hint, At(path))
        elif content.size == 0 and artifact.is_file:
            yield Problem(f"{path} is empty", "export the model again", At(path))


RULE = Rule(
    name="artifact-present",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="the artifact is here or behind a pointer, and is no git-LFS pointer",
    entry=check,
    fixable=True,
    configurable="severity, [artifact] bytes",
)
