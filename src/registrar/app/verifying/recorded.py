"""What an entry records of its artifact: the digest and size of each file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registrar.domain.digests import folder_digest, is_sha256
from registrar.domain.paths import inside, path_fault
from registrar.reading.artifact import Artifact
from registrar.reading.entry import Entry


@dataclass(frozen=True, slots=True)
class Recorded:
    """``files`` by path, SHA-256 and size in bytes, and the digest of them together."""

    artifact: Artifact
    files: Mapping[str, tuple[str, int | None]] | None
    """None where a folder's own digest is all that is recorded."""
    whole: str | None
    """The SHA-256 of ``training_hash``; None where it names a commit."""


def recorded(entry: Entry) -> Recorded | str:
    """What is recorded, or why nothing can be held against it."""
    metadata, artifact = entry.metadata, entry.artifact
    check = f"registrar check {entry.typed()}"
    if metadata is None:
        return f"its metadata cannot be read: {check} says why"
    if artifact is None:
        return f"it names no artifact: {check} says more"
    said = (metadata.training_hash or "").removeprefix("sha256:")
    whole = said if is_sha256(said) else None
    if metadata.files:
        files: dict[str, tuple[str, int | None]] = {}
        for item in metadata.files:
            if path_fault(item.path) or not inside(item.path, artifact.path):
                return f"files names {item.path}, which is not of the artifact: {check}"
            if not is_sha256(item.sha256) or item.path in files:
                return f"files is not valid at {item.path}: {check}"
            files[item.path] = (item.sha256, item.size)
        return Recorded(artifact, files, whole)
    if whole is None:
        return "nothing is recorded of its bytes: files, or a training_hash of sha256:, would be"
    if artifact.is_folder:
        return Recorded(artifact, None, whole)
    return Recorded(artifact, {artifact.path: (whole, None)}, whole)


def together(artifact: Artifact, digests: Mapping[str, str]) -> str | None:
    """The digest of a file or folder artifact from those of its files; None of an odd set."""
    if set(digests) == {artifact.path}:
        return digests[artifact.path]
    cut = len(artifact.path) + 1
    if not digests or any(len(path) <= cut for path in digests):
        return None
    return folder_digest({path[cut:]: sha for path, sha in digests.items()})
