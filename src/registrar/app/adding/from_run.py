"""What a training run knows, as what ``registrar add`` is asked for; options win over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from registrar.domain.adding import Data, Wanted
from registrar.domain.addresses import without_secrets
from registrar.domain.runs import RunModel


def wanted_of(found: RunModel, wanted: Wanted) -> Wanted:
    """The dataset's name from the run, where no option says another."""
    name = wanted.dataset_name or (found.datasets[0].name if found.datasets else None)
    return replace(wanted, dataset_name=name)


def differences(found: RunModel, wanted: Wanted, data: Data, paths: Mapping[str, str]) -> list[str]:
    """Where options and files say something else than the run does; nothing is changed by it.

    ``paths`` are those of the data files in the repository, by their path in the manifest.
    """
    return [*_said(found, wanted), *_read(found, data, paths)]


def _said(found: RunModel, wanted: Wanted) -> Iterator[str]:
    names = [data.name for data in found.datasets]
    asked = wanted.dataset_name
    if asked is not None and wanted.dataset_manifest is None and names and asked not in names:
        yield f"the run logged the dataset {', '.join(names[:5])}, and --dataset-name says {asked}"
    commit = found.run.commit
    if commit is not None and wanted.source_commit not in (None, commit):
        yield f"the run was trained from {commit}, and --source-commit says {wanted.source_commit}"


def _read(found: RunModel, data: Data, paths: Mapping[str, str]) -> Iterator[str]:
    for file in data.files:
        path = paths.get(file.piece.path, "")
        then = found.run.inputs.get(path)
        if then is not None and file.md5 is not None and then != file.md5:
            yield f"{path} has the MD5 {file.md5}; when the run began DVC tracked {then} there"


def metrics_of(metrics: Mapping[str, float]) -> dict[str, object]:
    """Metrics by their paths: ``test.accuracy`` and ``test/accuracy`` are nested.

    Not nested is one below another metric, as in ``loss`` and ``loss.train``.
    """
    nested: dict[str, object] = {}
    for key, value in sorted(metrics.items()):
        *folders, last = key.replace("/", ".").split(".")
        place = nested
        for folder in folders:
            inner = place.setdefault(folder, {})
            if not isinstance(inner, dict):
                nested[key] = value
                break
            place = inner
        else:
            place[last] = value
    return nested


def mlflow_of(found: RunModel, uri: str) -> dict[str, str]:
    """What metadata says of the run; the address only where others can reach it."""
    told = {"run_id": found.run.run_id}
    if urlsplit(uri).scheme in ("http", "https"):
        told["tracking_uri"] = without_secrets(uri)
    return {**told, "experiment": found.run.experiment, "model_id": found.model_id}
