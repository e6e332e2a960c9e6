"""The bytes of an entry that the registry was adopted with: its papers may come, they may not go.

Held still is everything that is no paper, whatever the metadata calls the artifact, before or
after: what is said of old bytes may change, and no other bytes may take their place.
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.paths import inside
from registrar.domain.trees import UnreadableError
from registrar.reading.entry import CARD_NAME, METADATA_NAMES, Entry
from registrar.reading.pointers import is_pointer_name

_PAPERS = frozenset(
    (*METADATA_NAMES, CARD_NAME, "dataset-manifest.yaml", "metrics.json", "dvc.yaml", ".gitignore")
)
_TEXTS = ("readme", "licen", "notice", "requirements", "changelog", "citation")
"""How the names of documents begin; any other text may be a model (LightGBM's is)."""


def byte_changes(before: Entry, after: Entry) -> Iterator[tuple[str, str]]:
    """Path and what became of it (changed, removed, added), wherever bytes are other ones."""
    held = {p: _digest(before, p) for p in sorted(before.files) if not _is_paper(before, p)}
    told = set(held.values()) - {None}
    for path, digest in held.items():
        if path in after.files and (digest is None or _digest(after, path) != digest):
            yield path, "changed"
        elif path not in after.files and not _behind_pointer(after, path, digest):
            yield path, "removed"
    for path in sorted(after.files - before.files):
        if not _is_paper(after, path) and _digest(after, path) not in told:
            yield path, "added"
    yield from _pointers(before, after, held)
    if after.artifact is not None:
        for path in after.artifact.members:
            if path in before.files and path not in held and _digest(after, path) not in told:
                yield path, "made the artifact"


def _is_paper(entry: Entry, path: str) -> bool:
    """Tell a document about a model from the bytes of one; pointers are looked at by themselves."""
    if entry.artifact is not None and inside(path, entry.artifact.path):
        return False
    name = path.rpartition("/")[2].lower()
    if path in _PAPERS or name.endswith(".md") or is_pointer_name(path):
        return True
    if name.startswith(_TEXTS) and (name.endswith(".txt") or "." not in name):
        return True
    metadata = entry.metadata
    if metadata is None:
        return False
    manifests = {ref.target for ref in metadata.dataset_manifests}
    return path in {*manifests, metadata.metrics_path, *metadata.smoke_paths}


def _digest(entry: Entry, path: str) -> str | None:
    content = entry.content(path)
    return None if isinstance(content, UnreadableError) else content.sha256


def _behind_pointer(after: Entry, path: str, digest: str | None) -> bool:
    """Tell whether a file went behind a pointer, with the SHA-256 that it had."""
    records = (after.metadata.files if after.metadata else None) or ()
    recorded = next((record.sha256 for record in records if record.path == path), None)
    return digest is not None and after.covered(path) and recorded == digest


def _pointers(
    before: Entry, after: Entry, held: dict[str, str | None]
) -> Iterator[tuple[str, str]]:
    """Pointers stay what they are; a new one stands for what was held."""
    old = {pointer.path: pointer for pointer in before.pointers}
    new = {pointer.path: pointer for pointer in after.pointers}
    for path, pointer in old.items():
        if path not in new:
            yield path, "removed"
        elif new[path].document.data != pointer.document.data or pointer.flaws:
            if new[path].document.text != pointer.document.text:
                yield path, "changed"
    for path in sorted(new.keys() - old.keys()):
        for out in new[path].outs:
            if not any(inside(known, out.path) for known in held):
                yield path, "added"


def renamed_to(before: Entry, after: Entry) -> bool:
    """Tell whether an entry without a valid name stands, byte for byte, under a new one.

    One that had a name and a version keeps them.
    """
    if before.name is not None or not any(not _is_paper(before, path) for path in before.files):
        return False
    return next(byte_changes(before, after), None) is None
