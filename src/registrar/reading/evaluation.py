"""What an entry was measured at, and on which data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from registrar.domain.metadata import number
from registrar.domain.places import Route
from registrar.reading.entry import Entry
from registrar.reading.manifest import Manifest


def leaves(data: dict[str, Any]) -> Iterator[tuple[str, Any, Route]]:
    """Every value of nested metrics with its dotted name (``test.accuracy``) and its route."""
    waiting: list[tuple[Route, Any]] = [((), data)]
    while waiting:
        route, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [((*route, key), item) for key, item in value.items()]
        else:
            yield ".".join(str(step) for step in route), value, route


def metrics_of(entry: Entry) -> dict[str, float]:
    """The finite numbers of an entry's metrics file by dotted name; none where it has no such."""
    path = entry.metadata.metrics_path if entry.metadata else None
    if path is None or path not in entry.files:
        return {}
    document = entry.document(path)
    if not document.readable or not isinstance(document.data, dict):
        return {}
    found = {name: number(value) for name, value, _ in leaves(document.data)}
    return {name: value for name, value in sorted(found.items()) if value is not None}


def dataset_of(entry: Entry) -> str | None:
    """What tells the data that an entry was measured on: equal texts are the same bytes.

    ``evaluation.dataset`` names a file, a split of files, or a split by rows of the entry's
    manifest, or something of a manifest elsewhere that is pinned. None where nothing tells it.
    """
    name = entry.metadata.evaluated_on if entry.metadata else None
    if entry.metadata is None or name is None:
        return None
    for ref in entry.local_manifests:
        manifest = entry.manifest(ref.target)
        told = _in_manifest(manifest, name) if manifest is not None else None
        if told is not None:
            return told
    pinned = [ref.sha256 for ref in entry.metadata.dataset_manifests if ref.is_url and ref.sha256]
    return f"{name} of the manifest {pinned[0]}" if len(pinned) == 1 else None


def _in_manifest(manifest: Manifest, name: str) -> str | None:
    for split in manifest.splits:
        if split.name == name and split.rows_sha256:
            return f"rows {split.rows_sha256}"
    listed = (*manifest.files, *manifest.file_sets)
    named = [item for item in listed if item.name == name] or [
        item for item in listed if item.split == name
    ]
    digests = [item.sha256 for item in named]
    if not digests or None in digests:
        return None
    return f"files {' '.join(sorted(digest for digest in digests if digest))}"
