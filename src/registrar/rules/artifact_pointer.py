"""Refuses a DVC pointer that is malformed or disagrees with what else the entry says.

What it does: reads every `.dvc` and `dvc.lock` of the entry; wants one out with an MD5 and a
size. A pointer `<x>.dvc` must be of `<x>`, or of the artifact; two pointers to the artifact must
agree with each other and, in size and number of files, with `files`. Where the bytes are here
too, their MD5 must be the pointer's. Warns where metadata does not name the DVC remote.

Why this is bad: a pointer that names other bytes than the metadata describes serves a model
without papers.

Example: `model.pth.dvc` says `path: old-model.pth`.

Use instead: `dvc add model_registry/<entry>/model.pth`, and commit the pointer that it writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from registrar.domain.findings import Blocked, Outcome, Phase, Problem, Severity
from registrar.domain.metadata import Metadata
from registrar.domain.paths import inside
from registrar.domain.places import At
from registrar.domain.trees import UnreadableError
from registrar.reading.artifact import Artifact, Content
from registrar.reading.digests import actual_digest, recorded_digest
from registrar.reading.entry import CARD_NAME, METADATA_NAMES, Entry
from registrar.reading.pointers import KNOWN_HASHES, Out, folder_md5
from registrar.rules.rule import Judging, Rule


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Judge each pointer alone, then those of the artifact together."""
    tracked = entry.artifact.path if entry.artifact else None
    for pointer in entry.pointers:
        for flaw in pointer.flaws:
            yield Problem(flaw.message, flaw.hint, At(pointer.path, span=flaw.span))
        for out in pointer.outs:
            named = pointer.path.removesuffix(".dvc")
            if named != pointer.path and out.path not in (named, tracked):
                at = At(pointer.path, (*out.route, "path"))
                message = f"{pointer.path} points at {out.path}, not at {named}"
                hint = f"write path: {named}, or rename the pointer to {out.path}.dvc"
                yield Problem(message, hint, at)
            if out.hash_name not in KNOWN_HASHES:
                yield Blocked(f"{pointer.path} uses the hash {out.hash_name!r}, not md5")
            if _is_paper(out):
                message = f"{pointer.path} tracks {out.path}, which git has to hold"
                yield Problem(message, "dvc remove it, and commit the file", At(pointer.path))
    artifact, metadata = entry.artifact, entry.metadata
    if artifact is None or metadata is None:
        return
    for out in entry.outs:
        if out.path != artifact.path and inside(out.path, artifact.path):
            message = f"{out.pointer} tracks {out.path}, a part of the artifact {artifact.path}"
            hint = f"track the whole of it: dvc add {entry.typed(artifact.path)}"
            yield Problem(message, hint, At(out.pointer, (*out.route, "path")))
    if not artifact.outs:
        return
    yield from _agreement(artifact)
    yield from _files(artifact, metadata)
    yield from _bytes(entry, artifact)
    if metadata.dvc_remote is None:
        message = "metadata does not name the DVC remote of the artifact"
        hint = "add dvc: {remote: <name>}"
        yield Problem(message, hint, At(entry.metadata_names[0]), Severity.WARNING)


def _is_paper(out: Out) -> bool:
    """Tell an output that is, or holds, what the gate reads of git."""
    return any(inside(name, out.path) for name in (*METADATA_NAMES, CARD_NAME))


def _agreement(artifact: Artifact) -> Iterator[Outcome]:
    first = artifact.outs[0]
    for other in artifact.outs[1:]:
        if (other.md5, other.size) != (first.md5, first.size):
            message = f"{other.pointer} and {first.pointer} disagree about {artifact.path}"
            hint = "keep one of them, or run dvc commit"
            yield Problem(message, hint, At(other.pointer, other.route))


def _files(artifact: Artifact, metadata: Metadata) -> Iterator[Outcome]:
    """Sizes and counts of the pointer against ``files``."""
    files = metadata.files
    others = [record for record in files or () if record.path != artifact.path]
    if not files or any(artifact.relative(record.path) is None for record in others):
        return
    as_file = len(others) < len(files)
    total = sum(record.size for record in files)
    for out in artifact.outs:
        yield from _size(out, total)
        if out.md5 is not None and out.is_folder == as_file:
            word = "a folder" if out.is_folder else "a file"
            hint = "list the artifact's files as they are, or run dvc add again"
            message = f"{out.pointer} tracks {word}, files says otherwise"
            yield Problem(message, hint, At(out.pointer, out.route))
        elif out.is_folder and out.nfiles is not None and out.nfiles != len(files):
            at = At(out.pointer, (*out.route, "nfiles"))
            message = f"{out.pointer} says {out.nfiles} files, metadata lists {len(files)}"
            yield Problem(message, "make them agree: dvc add again, or mend files", at)


def _size(out: Out, total: int) -> Iterator[Outcome]:
    if out.size is not None and out.size != total:
        at = At(out.pointer, (*out.route, "size"))
        message = f"{out.pointer} says {out.size:,} bytes, files of the metadata {total:,}"
        yield Problem(message, "make them agree: dvc add again, or mend files", at)


def _bytes(entry: Entry, artifact: Artifact) -> Iterator[Outcome]:
    """The pointer against the bytes, where both are here: DVC's MD5 is their address."""
    if not artifact.here or recorded_digest(entry) != actual_digest(entry):
        return  # artifact-digest tells that other bytes are here
    contents = {path: entry.content(path) for path in artifact.members}
    for out in artifact.outs:
        found = _address(out, artifact, contents)
        if out.md5 is not None and found and out.md5 not in found:
            message = f"{out.pointer} is of other bytes than the {artifact.path} beside it"
            hint = f"run dvc add {entry.typed(artifact.path)}, and dvc push"
            yield Problem(message, hint, At(out.pointer, (*out.route, "md5")))


def _address(
    out: Out, artifact: Artifact, contents: Mapping[str, Content | UnreadableError]
) -> tuple[str, ...]:
    """What DVC may call the bytes that are here; nothing where they cannot be read."""
    names: dict[str, tuple[str, ...]] = {}
    for path, content in contents.items():
        if isinstance(content, UnreadableError) or out.hash_name not in KNOWN_HASHES:
            return ()
        names[path] = content.md5 if out.hash_name is None else content.md5[:1]
    if artifact.is_file:
        return names[artifact.path]
    if out.hash_name is None:
        return ()  # each file of an old folder may be either; the remote tells
    cut = len(artifact.path) + 1
    return (folder_md5({path[cut:]: md5 for path, (md5,) in names.items()}),)


RULE = Rule(
    name="artifact-pointer",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="DVC pointers are well-formed and agree with metadata",
    entry=check,
)
