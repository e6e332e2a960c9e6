"""What becomes a new entry: the facts that are known, and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from registrar.domain.formats import Format
from registrar.domain.runs import RunModel


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of an artifact or dataset: its path, SHA-256 and size in bytes."""

    path: str
    sha256: str
    size: int
    md5: str = ""
    """Its name in DVC's cache; "" where it was not taken."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file that a model learned from, or was measured on."""

    piece: Piece
    split: str | None = None
    rows: int | None = None
    """Rows without the header, where the kind of file tells."""
    media_type: str | None = None
    md5: str | None = None
    """Where the run recorded one of a file at its place."""


@dataclass(frozen=True, slots=True)
class FileSet:
    """A folder of data that is listed by one digest, ``sha256:`` and the folder's."""

    path: str
    digest: str
    count: int
    size: int
    split: str | None = None


@dataclass(frozen=True, slots=True)
class Data:
    """Everything that a model learned from, or was measured on."""

    files: tuple[DataFile, ...] = ()
    sets: tuple[FileSet, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """The code that trained a model."""

    repository: str
    commit: str
    path: str | None = None
    dirty: bool | None = None
    modified: tuple[str, ...] = ()
    """The files that make it dirty, where they are known."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the publisher asked for; None where nothing was said, "" for name and version."""

    name: str
    version: str
    license: str | None = None
    datasets: tuple[tuple[str | None, str], ...] = ()
    """Split and path of each file that ``--dataset`` names."""
    dataset_name: str | None = None
    dataset_version: str | None = None
    dataset_license: str | None = None
    dataset_manifest: str | None = None
    """A path, or a URL."""
    metrics: str | None = None
    card: str | None = None
    source_repository: str | None = None
    source_commit: str | None = None
    source_path: str | None = None
    task: str | None = None
    owner: str | None = None
    dvc: bool | None = None
    """True and False by option; None where the size decides."""
    dvc_remote: str | None = None

    @property
    def folder(self) -> str:
        """The name of the entry's folder."""
        return f"{self.name}-{self.version}"


def split_and_path(text: str) -> tuple[str | None, str]:
    """What ``split=PATH`` and ``PATH`` name."""
    split, equals, path = text.partition("=")
    return (split, path) if equals and "/" not in split else (None, text)


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that the documents of an entry say."""

    wanted: Wanted
    origin: Origin
    artifact: str
    is_folder: bool
    pieces: tuple[Piece, ...]
    framework: tuple[str, str | None] | None
    """Name and version of the library that the model is of."""
    formats: Mapping[str, Format] = field(default_factory=dict)
    """The format of each piece by its path, where its content tells one."""
    metrics: Mapping[str, object] = field(default_factory=dict)
    data: Data = Data()
    manifest: str = "dataset-manifest.yaml"
    """A file of the entry, or a URL."""
    created: str | None = None
    mlflow: Mapping[str, str] = field(default_factory=dict)
    run: RunModel | None = None
    """The run that logged the model."""
