"""What the bytes that are here prove: the digests that may be written into metadata."""

from __future__ import annotations

from collections.abc import Mapping

from registrar.domain.digests import is_sha256
from registrar.domain.trees import UnreadableError
from registrar.reading.artifact import Content
from registrar.reading.digests import actual_digest, recorded_digest
from registrar.reading.entry import Entry


def bytes_of(entry: Entry, path: str) -> Content | None:
    """What the bytes of a file are; None where they are not here, or a git-LFS pointer is."""
    if path not in entry.files:
        return None
    content = entry.content(path)
    return None if isinstance(content, UnreadableError) or content.lfs_pointer else content


def is_artifacts_digest(entry: Entry, sha256: str) -> bool:
    """Tell whether all that is known of the artifact, bytes and ``files``, says this digest.

    False where nothing is known, or where a git-LFS pointer stands in its place.
    """
    artifact = entry.artifact
    if artifact is None or any(bytes_of(entry, path) is None for path in artifact.members):
        return False
    known = {d for d in (recorded_digest(entry), actual_digest(entry)) if d is not None}
    return known == {sha256}


def proven_files(entry: Entry) -> Mapping[str, Content]:
    """The artifact's files where its bytes are here and ``training_hash`` is their digest."""
    artifact, metadata = entry.artifact, entry.metadata
    if artifact is None or metadata is None:
        return {}
    kind, _, digest = (metadata.training_hash or "").partition(":")
    contents = {path: bytes_of(entry, path) for path in artifact.members}
    found = {path: content for path, content in contents.items() if content is not None}
    proven = kind == "sha256" and is_sha256(digest) and actual_digest(entry) == digest
    return found if proven and len(found) == len(contents) else {}
