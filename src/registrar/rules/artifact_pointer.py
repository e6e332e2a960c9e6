"""Refuses a DVC pointer that is malformed or disagrees with what else the entry says.

What it does: reads every `.dvc` and `dvc.lock` of the entry; wants one out with an MD5 and a
size. A pointer `<x>.dvc` must be of `<x>`; two pointers to the artifact must agree with each
other and, in size and number of files, with `files`. Warns where metadata does not name the DVC
remote.

Why this is bad: a pointer that names other bytes than the metadata describes serves a model
without papers.

Example: `model.pth.dvc` says `path: old-model.pth`.

Use instead: `dvc add model_registry/<entry>/model.pth`, and commit the pointer that it writes.
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.findings import Blocked, Outcome, Phase, Problem, Severity
from registrar.domain.metadata import Metadata
from registrar.domain.places import At
from registrar.reading.entry import Artifact, Entry
from registrar.reading.pointers import KNOWN_HASHES, Out
from registrar.rules.rule import Judging, Rule


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Judge each pointer alone, then those of the artifact together."""
    for pointer in entry.pointers:
        for flaw in pointer.flaws:
            yield Problem(flaw.message, flaw.hint, At(pointer.path, span=flaw.span))
        for out in pointer.outs:
            named = pointer.path.removesuffix(".dvc")
            if named != pointer.path and out.path != named:
                at = At(pointer.path, (*out.route, "path"))
                message = f"{pointer.path} points at {out.path}, not at {named}"
                yield Problem(message, f"write it again: dvc add {entry.path}/{named}", at)
            if out.hash_name not in KNOWN_HASHES:
                yield Blocked(f"{pointer.path} uses the hash {out.hash_name!r}, not md5")
    artifact, metadata = entry.artifact, entry.metadata
    if artifact is None or metadata is None or not artifact.outs:
        return
    yield from _agreement(artifact)
    yield from _files(artifact, metadata)
    if metadata.dvc_remote is None:
        message = "metadata does not name the DVC remote of the artifact"
        hint = "add dvc: {remote: <name>}"
        yield Problem(message, hint, At(entry.metadata_names[0]), Severity.WARNING)


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
    if not files or any(artifact.relative(record.path) is None for record in files):
        return
    single = len(files) == 1 and files[0].path == artifact.path
    total = sum(record.size for record in files)
    for out in artifact.outs:
        yield from _size(out, total)
        if out.md5 is not None and out.is_folder == single:
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


RULE = Rule(
    name="artifact-pointer",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="DVC pointers are well-formed and agree with metadata",
    entry=check,
)
