"""Refuses bytes that are not the recorded ones.

What it does: computes the SHA-256 and size of every file of the artifact that is here and holds
them against `files`; a folder must hold exactly the listed files. `files` is required for a
folder, with a `git:` training hash, and behind a pointer. Bytes that lie behind a pointer and are
not here are deferred, with the command that settles it.

Why this is bad: MLflow and DVC with their defaults hand out tampered bytes without a word. The
recorded SHA-256 is the only thing that notices.

Example: `model.onnx` was exported again after `metadata.yaml` had been written.

Use instead: a new version with its own digest; never a new hash for an old version.
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.digests import is_sha256
from registrar.domain.findings import Deferral, Fix, Outcome, Phase, Problem, Severity
from registrar.domain.metadata import FileRecord, Metadata
from registrar.domain.paths import external_path
from registrar.domain.places import At
from registrar.domain.trees import UnreadableError
from registrar.reading.artifact import Artifact
from registrar.reading.corrections import add_key
from registrar.reading.entry import Entry
from registrar.reading.proofs import proven_files
from registrar.reading.schema_messages import schema_flaws
from registrar.rules.rule import Judging, Rule

_ADDED = 1000
"""So many files are listed by a fix at most; more are for a program that writes the metadata."""
_SHOWN = 5
"""So many files of an artifact are written out in a hint."""


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Compare records and bytes, both ways."""
    metadata, artifact = entry.metadata, entry.artifact
    if metadata is None or artifact is None or not (artifact.here or artifact.outs):
        return
    file = entry.metadata_names[0]
    if not metadata.files_declared:
        yield from _required(entry, metadata, artifact, file)
    elif metadata.files is None and not _refused(entry, judging):
        hint = "list each file with path, sha256 and size"
        yield Problem("files cannot be compared with anything", hint, At(file, ("files",)))
    elif metadata.files is not None:
        yield from _listed(metadata, metadata.files, artifact, file)
        if artifact.here:
            yield from _bytes(entry, metadata.files, artifact, file)
    yield from _external(entry, artifact)
    if artifact.deferred and not judging.policy.bytes_required:
        yield Deferral(f"registrar check --remote --verify-bytes {entry.typed()}")


def _refused(entry: Entry, judging: Judging) -> bool:
    """Tell whether the registry's schema has refused ``files``, so that the cause is told."""
    document = entry.metadata_document
    found = schema_flaws(judging.schema, document) if document is not None else []
    return any(route[:1] == ("files",) for route, _, _ in found)


def _required(entry: Entry, metadata: Metadata, artifact: Artifact, file: str) -> Iterator[Outcome]:
    hash_ = metadata.training_hash or ""
    if artifact.is_folder:
        why = "the artifact is a folder"
    elif artifact.outs:
        why = "the artifact lies behind a pointer"
    elif hash_.startswith("git:"):
        why = "training_hash is a commit"
    else:
        return
    hint = "add files: [{path: …, sha256: …, size: …}], one item for each file of the artifact"
    known = [(path, entry.content(path)) for path in artifact.members[:_SHOWN]]
    items = [
        f"{{path: {path}, sha256: {content.sha256}, size: {content.size}}}"
        for path, content in known
        if not isinstance(content, UnreadableError)
    ]
    if items and len(items) == len(artifact.members):
        hint = f"add files: [{', '.join(items)}]"
    at = At(file, ("artifact",))
    yield Problem(f"files is missing, and {why}", hint, at, fix=_list(entry, file))


def _list(entry: Entry, file: str) -> Fix | None:
    """The whole of ``files``, where ``training_hash`` proves every byte that is here."""
    document, proven = entry.metadata_document, proven_files(entry)
    if document is None or not 0 < len(proven) <= _ADDED:
        return None
    items: list[dict[str, str | int]] = [
        {"path": path, "sha256": content.sha256, "size": content.size}
        for path, content in proven.items()
    ]
    edit = add_key(file, document, ("artifact",), "files", items)
    count = "1 file" if len(items) == 1 else f"{len(items)} files"
    return Fix(f"list {count} that training_hash proves", (edit,)) if edit else None


def _listed(
    metadata: Metadata, files: tuple[FileRecord, ...], artifact: Artifact, file: str
) -> Iterator[Outcome]:
    """What is wrong with the list itself, without any bytes."""
    seen: set[str] = set()
    for record in files:
        at = At(file, ("files", record.index, "path"))
        outside = artifact.relative(record.path) is None
        if record.path == artifact.path and artifact.is_folder and not artifact.here:
            outside = False  # artifact-pointer tells that the pointer is of a folder
        if outside or (artifact.is_file and record.path != artifact.path):
            hint = "files lists the artifact's files only"
            if f"{artifact.path}/{record.path}" in artifact.below:
                hint = f"write path: {artifact.path}/{record.path}; paths begin at the entry"
            yield Problem(f"{record.path} is no file of the artifact", hint, at)
        elif record.path in seen:
            yield Problem(f"{record.path} is listed twice", "keep one", at)
        seen.add(record.path)
    if artifact.path not in seen and not artifact.is_folder and not artifact.below:
        message = f"files does not list {artifact.path}"
        if not any(artifact.relative(path) for path in seen):
            yield Problem(message, "add it with sha256 and size", At(file, ("files",)))


def _bytes(
    entry: Entry, files: tuple[FileRecord, ...], artifact: Artifact, file: str
) -> Iterator[Outcome]:
    listed = {record.path: record for record in files}
    for path in artifact.members:
        record = listed.get(path)
        if record is None and artifact.is_file:
            continue  # told by _listed
        if record is None and path[len(artifact.path) + 1 :] in listed:
            continue  # told by _listed, with the path that is right
        if record is None:
            hint = "list it with sha256 and size, or remove it"
            yield Problem(f"{path} is in the artifact and not in files", hint, At(path))
            continue
        yield from _compare(entry, record, file)
    for path, record in listed.items():
        if path not in artifact.members and artifact.below and artifact.relative(path):
            at = At(file, ("files", record.index, "path"))
            yield Problem(f"{path} is listed and not here", "add it, or remove it from files", at)


def _compare(entry: Entry, record: FileRecord, file: str) -> Iterator[Outcome]:
    content = entry.content(record.path)
    if isinstance(content, UnreadableError) or content.lfs_pointer:
        return  # artifact-present tells it
    route = ("files", record.index)
    hint = "restore the bytes that were recorded, or publish a new version; see git log --stat"
    if content.sha256 != record.sha256 and is_sha256(record.sha256):
        message = f"the SHA-256 of {record.path} is {content.sha256}, not the recorded one"
        yield Problem(message, hint, At(file, (*route, "sha256")))
    elif content.size != record.size:
        message = f"{record.path} has {content.size:,} bytes, not {record.size:,}"
        yield Problem(message, f"write size: {content.size}", At(file, (*route, "size")))


def _external(entry: Entry, artifact: Artifact) -> Iterator[Outcome]:
    """Files that an ONNX model keeps its weights in must be files of the artifact, too."""
    for path in artifact.members:
        content = entry.content(path)
        if isinstance(content, UnreadableError):
            continue
        for location in content.sniffed.external:
            target = external_path(path, location)
            if target is not None and target in artifact.below:
                continue
            message = (
                f"{path} keeps weights in {location[:200]!r}, which is no file of the artifact"
            )
            hint = "name the folder that holds both as the artifact, or export with weights inside"
            yield Problem(message, hint, At(path))


RULE = Rule(
    name="artifact-digest",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="the bytes are the recorded ones; files is there where required",
    entry=check,
    fixable=True,
)
