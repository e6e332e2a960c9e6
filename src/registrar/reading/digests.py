"""The artifact's digest: as the entry records it, and as its bytes say."""

from __future__ import annotations

from registrar.domain.digests import folder_digest, is_sha256
from registrar.domain.trees import UnreadableError
from registrar.reading.entry import Entry


def recorded_digest(entry: Entry) -> str | None:
    """The digest that ``files`` of the metadata tells; None where it does not."""
    artifact, metadata = entry.artifact, entry.metadata
    if artifact is None or metadata is None or not metadata.files:
        return None
    if not artifact.is_folder:
        same = [record.sha256 for record in metadata.files if record.path == artifact.path]
        if same:
            return same[0] if len(metadata.files) == 1 else None
    shas = {artifact.relative(record.path): record.sha256 for record in metadata.files}
    if None in shas or not all(map(is_sha256, shas.values())):
        return None
    return folder_digest({path: sha for path, sha in shas.items() if path is not None})


def actual_digest(entry: Entry) -> str | None:
    """The digest of the bytes that are here; None where they are not, or cannot be read."""
    artifact = entry.artifact
    if artifact is None or not artifact.here:
        return None
    shas = {}
    for path in artifact.members:
        content = entry.content(path)
        if isinstance(content, UnreadableError):
            return None
        shas[path[len(artifact.path) + 1 :]] = content.sha256
    return shas[""] if artifact.is_file else folder_digest(shas)
