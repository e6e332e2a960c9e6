"""The typed view of metadata.yaml: what is well-formed is there, the rest is None.

The schema refuses what is missing or of another type, so that a rule which finds None has
nothing to say: one cause, one message.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from registrar.domain.gates import Gate
from registrar.domain.paths import path_fault
from registrar.domain.places import Route


@dataclass(frozen=True, slots=True)
class RunRef:
    """The run that metadata names; None where it says nothing."""

    run_id: str | None = None
    tracking_uri: str | None = None
    experiment: str | None = None
    model_id: str | None = None


_NO_RUN = RunRef()


@dataclass(frozen=True, slots=True)
class Source:
    """Where the training code lies."""

    repository: str | None
    commit: str | None
    dirty: bool | None


@dataclass(frozen=True, slots=True)
class ManifestRef:
    """One dataset manifest: a path in the entry or a URL, perhaps pinned."""

    target: str
    sha256: str | None
    route: Route

    @property
    def is_url(self) -> bool:
        """Tell a URL from a path in the entry."""
        return "://" in self.target


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One item of ``files``: path relative to the entry, SHA-256, size in bytes."""

    path: str
    sha256: str
    size: int
    index: int


@dataclass(frozen=True, slots=True)
class BaseModel:
    """A model that this one was made from."""

    name: str | None
    revision: str | None
    license: str | None
    index: int


@dataclass(frozen=True, slots=True)
class SmokeTest:
    """``smoke_test`` of the metadata."""

    input: str
    expected: str
    atol: float | None = None
    rtol: float | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """metadata.yaml, field by field; None or empty where missing or not well-formed."""

    name: str | None
    version: str | None
    source: Source
    dataset_manifests: tuple[ManifestRef, ...]
    training_hash: str | None
    license: str | None
    code_license: str | None
    data_licenses: tuple[str, ...]
    artifact: str | None
    files: tuple[FileRecord, ...] | None
    """None where ``files`` is absent or not well-formed, so that nothing is compared with it."""
    files_declared: bool
    base_models: tuple[BaseModel, ...]
    task: str | None
    dvc_remote: str | None
    metrics_path: str | None
    metrics_declared: bool
    evaluated_on: str | None
    """The file or split of a dataset manifest that the metrics belong to."""
    primary: str | None
    gates: Mapping[str, Gate]
    smoke_paths: tuple[str, ...]
    mlflow: RunRef = RunRef()
    smoke: SmokeTest | None = None
    """None where there is none, or it is not well-formed."""

    @property
    def licences(self) -> tuple[str, ...]:
        """Every licence that is named: of the weights, the code, the data, the base models."""
        named = (self.license, self.code_license, *(model.license for model in self.base_models))
        return (*self.data_licenses, *(text for text in named if text is not None))


def metadata_from(data: object) -> Metadata:
    """Build the typed view from a read document of any shape."""
    top = mapping(data)
    source, evaluation = mapping(top.get("source")), mapping(top.get("evaluation"))
    licenses, smoke = mapping(top.get("licenses")), mapping(top.get("smoke_test"))
    return Metadata(
        name=text(top.get("name")),
        version=text(top.get("version")),
        source=Source(
            text(source.get("repository")), text(source.get("commit")), flag(source.get("dirty"))
        ),
        dataset_manifests=tuple(_manifests(top.get("dataset_manifest"))),
        training_hash=text(top.get("training_hash")),
        license=text(top.get("license")),
        code_license=text(licenses.get("code")),
        data_licenses=tuple(t for t in map(text, sequence(licenses.get("data"))) if t),
        artifact=_path(top.get("artifact")),
        files=_files(top.get("files")) if "files" in top else None,
        files_declared="files" in top,
        base_models=tuple(_base_models(top.get("base_models"))),
        task=text(top.get("task")),
        dvc_remote=text(mapping(top.get("dvc")).get("remote")),
        metrics_path=_path(evaluation.get("metrics", "metrics.json")),
        metrics_declared="metrics" in evaluation,
        evaluated_on=text(evaluation.get("dataset")),
        primary=text(evaluation.get("primary")),
        gates=gates_from(evaluation.get("gates")),
        smoke_paths=tuple(p for p in map(_path, map(smoke.get, ("input", "expected"))) if p),
        mlflow=_run(mapping(top.get("mlflow"))),
        smoke=_smoke(smoke),
    )


def _smoke(fields: Mapping[str, Any]) -> SmokeTest | None:
    given, expected = _path(fields.get("input")), _path(fields.get("expected"))
    if given is None or expected is None:
        return None
    atol, rtol = map(number, map(fields.get, ("atol", "rtol")))
    atol, rtol = (None if n is None or n < 0 else n for n in (atol, rtol))
    return SmokeTest(given, expected, atol, rtol)


def _run(fields: Mapping[str, Any]) -> RunRef:
    if not fields:
        return _NO_RUN
    keys = ("run_id", "tracking_uri", "experiment", "model_id")
    return RunRef(*(text(fields.get(key)) for key in keys))


def mapping(value: object) -> Mapping[str, Any]:
    """The value where it is a mapping, otherwise an empty one."""
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def sequence(value: object) -> list[Any]:
    """The value where it is a list, otherwise an empty one."""
    return value if isinstance(value, list) else []


def text(value: object) -> str | None:
    """The value where it is plainly text, otherwise None (so is text that must be quoted)."""
    return value if type(value) is str else None


def flag(value: object) -> bool | None:
    """The value where it is true or false, otherwise None."""
    return value if isinstance(value, bool) else None


def number(value: object) -> float | None:
    """The value where it is a finite number that a float can hold, and no boolean; else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return value if math.isfinite(value) else None
    except OverflowError:
        return None


def gates_from(value: object) -> dict[str, Gate]:
    """Read gates by metric from ``evaluation.gates`` or from the policy."""
    gates = {}
    for metric, gate in mapping(value).items():
        fields = mapping(gate)
        gates[metric] = Gate(
            number(fields.get("min")),
            number(fields.get("max")),
            text(fields.get("direction")),
            number(fields.get("max_regression")),
        )
    return gates


def _path(value: object) -> str | None:
    return value if type(value) is str and path_fault(value) is None else None


def _manifests(value: object) -> list[ManifestRef]:
    items: list[tuple[object, Route]]
    if isinstance(value, list):
        items = [(item, ("dataset_manifest", i)) for i, item in enumerate(value)]
    else:
        items = [(value, ("dataset_manifest",))]
    refs = []
    for item, route in items:
        fields = mapping(item)
        target = text(item) or text(fields.get("url"))
        if target is not None and ("://" in target or path_fault(target) is None):
            refs.append(ManifestRef(target, text(fields.get("sha256")), route))
    return refs


def _files(value: object) -> tuple[FileRecord, ...] | None:
    records = []
    for index, item in enumerate(sequence(value)):
        fields = mapping(item)
        path, sha, size = _path(fields.get("path")), fields.get("sha256"), fields.get("size")
        if path is None or type(sha) is not str or type(size) is not int:
            return None
        records.append(FileRecord(path, sha, size, index))
    return tuple(records) if records else None


def _base_models(value: object) -> list[BaseModel]:
    models = []
    for index, item in enumerate(sequence(value)):
        fields = mapping(item)
        name, revision = text(fields.get("name")), text(fields.get("revision"))
        models.append(BaseModel(name, revision, text(fields.get("license")), index))
    return models
