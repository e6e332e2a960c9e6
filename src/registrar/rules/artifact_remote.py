"""Refuses an entry whose bytes are not on its DVC remote.

What it does: with `--remote`, asks the DVC remote itself for every object that the entry's
pointers name, and for every file of a folder, and compares sizes. Nothing is downloaded but the
list of a folder, which must name the files that `files` records and no others; with
`--verify-bytes` every byte is read and its SHA-256 held against `files`. Only remotes that
`[network] dvc_remotes` of the judging policy names are asked; the pointer's `remote`, then
`dvc.remote` of the metadata, then DVC's default say which it is. A remote that cannot be asked
is told as unchecked, never as missing bytes. With a base, and no paths, the entries that the change
does not touch are asked about, too, without reading their bytes: what is lost there is a warning
with `--base`, since the author of the change cannot mend it, and an error with `--base-tip`, which
judges what is merged.

Why this is bad: after a forgotten `dvc push` the pointer is merged and nobody can ever load the
model; the exit code of `dvc fetch` does not tell. DVC trusts what lies on a remote: with its
defaults it checks out other bytes of the same size without a word.

Example: `model.onnx.dvc` is committed, and `dvc push` was not run.

Use instead: `dvc push model_registry/<entry>/model.onnx.dvc`, then `registrar check --remote`.
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.findings import Blocked, Outcome, Phase, Problem, Severity
from registrar.domain.paths import inside
from registrar.domain.places import At
from registrar.domain.remotes import Absent, NoAnswer, Stored
from registrar.domain.trees import UnreadableError
from registrar.reading.artifact import Content
from registrar.reading.entry import Entry
from registrar.reading.remote_files import RemoteFile, RemoteOut
from registrar.rules.rule import Evidence, Rule

_SHOWN = 3


def check(entry: Entry, evidence: Evidence) -> Iterator[Outcome]:
    """Judge what the remotes answered, output by output."""
    for out in evidence.outs:
        at = At(out.out.pointer, (*out.out.route, "md5"))
        push = f"dvc push {entry.typed(out.out.pointer)}"
        if out.blocked:
            yield Blocked(f"{out.out.path}: {out.blocked}")
        elif out.gone:
            message = f"{out.out.path} is not on the DVC remote {out.remote}"
            yield Problem(message, f"{push}, then registrar check --remote {entry.typed()}", at)
        elif out.fault:
            message = f"the list of {out.out.path} on the DVC remote {out.remote} {out.fault}"
            yield Problem(
                message, "remove it from the remote and push again; find out who wrote it", at
            )
        else:
            yield from _missing(entry, out, push, at)
            yield from _otherwise(entry, out, at)
            yield from _different(entry, out, at)


def _missing(entry: Entry, out: RemoteOut, push: str, at: At) -> Iterator[Outcome]:
    gone = [file.path for file in out.files if isinstance(file.found, Absent)]
    silent = [file for file in out.files if isinstance(file.found, NoAnswer)]
    if gone:
        what = gone[0]
        if len(out.files) > 1:
            what = f"{len(gone):,} of {len(out.files):,} files of {out.out.path} ({_some(gone)})"
        message = f"{what} {_are(gone)} not on the DVC remote {out.remote}"
        yield Problem(message, f"{push}, then registrar check --remote {entry.typed()}", at)
    if silent and isinstance(silent[0].found, NoAnswer):
        told = f" ({len(silent):,} objects)" if len(silent) > 1 else ""
        yield Blocked(f"{silent[0].path}{told}: {out.untold(silent[0].found.reason)}")


def _otherwise(entry: Entry, out: RemoteOut, at: At) -> Iterator[Outcome]:
    """Tell a folder of the artifact whose list names other files than ``files`` records."""
    if not out.out.is_folder:
        return  # before metadata is read once more
    files, artifact = entry.metadata and entry.metadata.files, entry.artifact
    if artifact is None or not inside(out.out.path, artifact.path):
        return
    recorded = {r.path: r.index for r in files or () if r.path.startswith(f"{out.out.path}/")}
    if not recorded:
        return  # artifact-digest wants them
    there = {file.path for file in out.files}
    lost, more = sorted(recorded.keys() - there), sorted(there - recorded.keys())
    hint = f"dvc add the {out.out.path} that was published, and let files record that"
    if lost:
        count = f"{len(lost):,} of {len(recorded):,} files of {out.out.path} ({_some(lost)})"
        message = f"{count} that metadata records {_are(lost)} not in its list on the DVC remote"
        where = At(entry.metadata_names[0], ("files", recorded[lost[0]], "path"))
        yield Problem(f"{message} {out.remote}", hint, where)
    if more:
        count = f"{len(more):,} of {len(there):,} files of {out.out.path} ({_some(more)})"
        message = f"{count} on the DVC remote {out.remote} {_are(more)} not in files of metadata"
        yield Problem(message, hint, at)


def _some(paths: list[str]) -> str:
    more = f" and {len(paths) - _SHOWN:,} more" if len(paths) > _SHOWN else ""
    return f"{', '.join(paths[:_SHOWN])}{more}"


def _are(paths: list[str]) -> str:
    return "is" if len(paths) == 1 else "are"


def _different(entry: Entry, out: RemoteOut, at: At) -> Iterator[Outcome]:
    read = any(file.content is not None for file in out.files)
    metadata = entry.metadata if read else None  # read only where it is held against the bytes
    listed = {record.path: record for record in (metadata and metadata.files) or ()}
    told = out.out.is_folder and any(inside(path, out.out.path) for path in listed)  # _otherwise
    hint = "the remote holds other bytes than were published: restore them, and find out who wrote"
    for file in out.files:
        if not isinstance(file.found, Stored):
            continue
        if file.size is not None and file.found.size not in (None, file.size):
            message = f"{file.path} has {file.found.size:,} bytes on the DVC remote {out.remote}, "
            yield Problem(f"{message}not {file.size:,}", hint, at)
        elif isinstance(file.content, UnreadableError):
            yield Blocked(f"{file.path}: {file.content}")
        elif file.content is None and file.found.size is None:
            yield Blocked(
                f"{file.path}: the remote does not tell its size; --verify-bytes reads it"
            )
        elif file.content is not None:
            record = listed.get(file.path)
            if record is not None and record.sha256 != file.content.sha256:
                message = f"{file.path} on the DVC remote {out.remote} has the SHA-256 "
                yield Problem(f"{message}{file.content.sha256}, not the recorded one", hint, at)
            elif record is None and not _addressed(file):
                message = f"{file.path} on the DVC remote {out.remote} is not what its MD5 says"
                yield Problem(message, hint, at)
            elif record is None and not told and _of_artifact(entry, file):
                yield Blocked(f"{file.path}: files of metadata does not tell its SHA-256")


def _of_artifact(entry: Entry, file: RemoteFile) -> bool:
    return entry.artifact is not None and inside(file.path, entry.artifact.path)


def _addressed(file: RemoteFile) -> bool:
    """Tell whether the bytes have the MD5 that they lie under, the only proof without a record."""
    return not isinstance(file.content, Content) or file.name.md5 in file.content.md5


RULE = Rule(
    name="artifact-remote",
    phase=Phase.REMOTE,
    severity=Severity.ERROR,
    summary="the bytes are on the DVC remote",
    remote=check,
)
