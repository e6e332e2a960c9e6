"""What a training run knows, as what ``registrar add`` is asked for; options win over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from registrar.domain.adding import Wanted
from registrar.domain.addresses import without_secrets
from registrar.domain.runs import RunModel
from registrar.ports import Ancestry, World


def wanted_of(found: RunModel, wanted: Wanted, world: World) -> Wanted:
    """Commit, repository and dataset's name from the run, where no option says otherwise."""
    commit = wanted.source_commit or found.run.commit
    repository = wanted.source_repository
    if repository is None and commit is not None and not _here(commit, world):
        repository = found.repository
    name = wanted.dataset_name or (found.datasets[0] if found.datasets else None)
    return replace(wanted, source_commit=commit, source_repository=repository, dataset_name=name)


def metrics_of(metrics: Mapping[str, float]) -> dict[str, object]:
    """Metrics by their paths: ``test.accuracy`` and ``test/accuracy`` are nested, others not."""
    nested: dict[str, object] = {}
    for key, value in sorted(metrics.items()):
        *folders, last = key.replace("/", ".").split(".")
        place = nested
        for folder in folders:
            inner = place.setdefault(folder, {})
            if not isinstance(inner, dict):
                break
            place = inner
        else:
            if not isinstance(place.get(last), dict):
                place[last] = value
    return nested


def mlflow_of(found: RunModel, uri: str) -> dict[str, str]:
    """What metadata says of the run; the address only where others can reach it."""
    told = {"run_id": found.run.run_id}
    if urlsplit(uri).scheme in ("http", "https"):
        told["tracking_uri"] = without_secrets(uri)
    return {**told, "experiment": found.run.experiment, "model_id": found.model_id}


def _here(commit: str, world: World) -> bool:
    history = world.history
    head = history.resolve("HEAD") if history is not None else None
    if history is None or head is None:
        return False
    return history.ancestry([commit], head)[commit] is not Ancestry.ABSENT
