"""dataset-manifest.yaml as typed values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registrar.domain.metadata import flag, mapping, sequence, text
from registrar.domain.places import Route


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of a dataset; ``name`` is its path or URL."""

    name: str | None
    sha256: str | None
    split: str | None
    route: Route


@dataclass(frozen=True, slots=True)
class RowSplit:
    """A split that is rows of one file, with the digest of those rows."""

    name: str
    of: str | None
    rows: int | None
    rows_sha256: str | None
    route: Route


@dataclass(frozen=True, slots=True)
class Manifest:
    """The parts of a dataset manifest that rules judge."""

    files: tuple[DataFile, ...]
    file_sets: tuple[DataFile, ...]
    """Folders that are listed by one digest; ``sha256`` holds that digest, of whatever kind."""
    splits: tuple[RowSplit, ...]
    live: bool
    license: str | None


def manifest_from(data: object) -> Manifest:
    """Build the typed view from a read document of any shape."""
    top = mapping(data)
    splits = mapping(top.get("splits"))
    return Manifest(
        files=tuple(_files(top.get("files"), "files", "sha256")),
        file_sets=tuple(_files(top.get("file_sets"), "file_sets", "digest")),
        splits=tuple(_split(name, mapping(value)) for name, value in splits.items()),
        live=flag(top.get("live")) or False,
        license=text(top.get("license")),
    )


def _files(value: object, key: str, digest: str) -> list[DataFile]:
    files = []
    for index, item in enumerate(sequence(value)):
        fields = mapping(item)
        name = text(fields.get("path")) or text(fields.get("url"))
        route = (key, index)
        files.append(DataFile(name, text(fields.get(digest)), text(fields.get("split")), route))
    return files


def _split(name: str, fields: Mapping[str, Any]) -> RowSplit:
    rows = fields.get("rows")
    return RowSplit(
        name,
        text(fields.get("of")),
        rows if type(rows) is int else None,
        text(fields.get("rows_sha256")),
        ("splits", name),
    )
