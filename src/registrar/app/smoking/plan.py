"""What is to be run of an entry, or why it cannot be tried."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from registrar.domain.formats import Format
from registrar.domain.metadata import mapping
from registrar.domain.paths import external_path
from registrar.domain.scanning import Safety
from registrar.domain.trees import UnreadableError
from registrar.reading.artifact import Artifact
from registrar.reading.entry import Entry

MLFLOW = "mlflow"
PACKAGES: Mapping[str, str] = {
    Format.ONNX: "onnxruntime",
    Format.PICKLE: "scikit-learn joblib",
    Format.JOBLIB: "scikit-learn joblib",
    Format.LIGHTGBM: "lightgbm",
    Format.PYTORCH: "torch",
    Format.SAFETENSORS: "safetensors numpy",
    Format.SKOPS: "skops",
    Format.XGBOOST: "xgboost",
    MLFLOW: "mlflow",
}
"""What has to be installed for a format; the formats that can be run."""
_LOADERS = ("mlflow.onnx", "mlflow.sklearn", "mlflow.xgboost", "mlflow.lightgbm")
"""Flavours of MLflow whose content a scan can vouch for; another may bring code of its own."""
_SCANNED = (Format.PICKLE, Format.JOBLIB, Format.PYTORCH, Format.SKOPS, MLFLOW)
Vouch = Callable[[str], Safety]
"""What a scan says of a file or folder, by its absolute path."""


class UntriedError(Exception):
    """It cannot be tried, with the reason and what would help."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Plan:
    """A model to run."""

    format: str
    path: str
    """Of the artifact, absolute."""
    read: tuple[str, ...]
    """What the job has to read, absolute."""


def plan(entry: Entry, folder: str, typed: str, scan: Vouch | None) -> Plan:
    """The plan for an entry that lies in ``folder``; raises UntriedError.

    ``typed`` is how its path stands in a command.
    """
    artifact = entry.artifact
    if artifact is None:
        raise UntriedError("its metadata names no artifact that can be read", _check(typed))
    if not artifact.here:
        hint = f"dvc pull {entry.typed(artifact.outs[0].pointer)}" if artifact.outs else ""
        raise UntriedError(f"the bytes of {artifact.path} are not here", hint or _check(typed))
    kind, external = _kind(entry, artifact)
    if kind == Format.UNKNOWN:
        hint = f"registrar verify {typed} tells whether these are the recorded bytes"
        raise UntriedError(f"the content of {artifact.path} is of no known format", hint)
    if kind not in PACKAGES:
        hint = f"what can be run: {', '.join(sorted(PACKAGES))}; without smoke_test it gets a note"
        raise UntriedError(f"nothing here runs a model of the format {kind}", hint)
    path = os.path.join(folder, artifact.path)
    if kind in _SCANNED:
        _scanned(path, scan, typed)
    read = (path, *(os.path.join(folder, place) for place in external))
    return Plan(str(kind), path, read)


def _check(typed: str) -> str:
    return f"registrar check {typed} tells why"


def _kind(entry: Entry, artifact: Artifact) -> tuple[str, tuple[str, ...]]:
    """The format, and the files beside it that it reads."""
    if not artifact.is_file:
        if f"{artifact.path}/MLmodel" not in artifact.below:
            raise UntriedError("a folder can be run where it is one of MLflow, with MLmodel in it")
        _known_loader(entry, f"{artifact.path}/MLmodel")
        return MLFLOW, ()
    content = entry.content(artifact.path)
    if isinstance(content, UnreadableError):
        raise UntriedError(f"{artifact.path} cannot be read: {content}")
    if content.lfs_pointer:
        raise UntriedError(f"the bytes of {artifact.path} are not here", "git lfs pull")
    named = (external_path(artifact.path, place) for place in content.sniffed.external)
    return content.sniffed.format, tuple(p for p in named if p is not None and p in entry.files)


def _known_loader(entry: Entry, path: str) -> None:
    document = entry.document(path)
    flavor = mapping(mapping(mapping(document.data).get("flavors")).get("python_function"))
    loader = flavor.get("loader_module")
    if loader not in _LOADERS:
        told = f"the loader {loader}" if isinstance(loader, str) else "no Python function"
        hint = f"what is run: {', '.join(_LOADERS)}"
        raise UntriedError(f"{path} names {told}", hint)
    if flavor.get("code") is not None:
        raise UntriedError(f"{path} brings code of its own", "log the model without code_paths")


def _scanned(path: str, scan: Vouch | None, typed: str) -> None:
    """Raises UntriedError unless a scan looked at all of it and found nothing."""
    if scan is None:
        raise UntriedError("it is loaded by running it, and nothing has scanned it")
    safety = scan(path)
    if safety is not Safety.CLEAN:
        message = f"it is loaded by running it, and a scan says: {safety.value}"
        raise UntriedError(message, f"registrar scan {typed} tells why")
