"""Refuses an entry whose MLflow run is not there, or says something else.

What it does: with `--remote`, reads the run `mlflow.run_id` from the tracking server that the
metadata names, where `[network] mlflow` of the judging policy names it, too. The run must be there
and not deleted. Where the run knows them, they must be those of the metadata: the commit of the
training code, the experiment's name, the id of the logged model, and every metric that the run
and the metrics file have under one name (`test.accuracy`, `test_accuracy` or `test/accuracy`).
A server that cannot be asked is told as unchecked, never as a missing run.

Why this is bad: MLflow has no digest of a model and lets anybody change the tags of a run. Where
the run and the entry disagree, one of them is about another training.

Example: the run was repeated with other data, and the entry names the old one.

Use instead: `registrar add --from-mlflow <run id>`, which takes all of it from the run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from registrar.domain.findings import Blocked, Outcome, Phase, Problem, Severity
from registrar.domain.metadata import Metadata
from registrar.domain.places import At
from registrar.domain.runs import RunRecord
from registrar.reading.entry import Entry
from registrar.rules.rule import Evidence, Rule

_RERUN = "name the run that made this model, or publish what this run made"
_CLOSE = 1e-9
"""Relative: a metric travels through JSON and a database column of double precision."""


def check(entry: Entry, evidence: Evidence) -> Iterator[Outcome]:
    """Judge what the tracking server answered."""
    answer = evidence.run
    metadata = entry.metadata if answer is not None else None  # read only where it was asked for
    if answer is None or metadata is None:
        return
    file, run = entry.metadata_names[0], answer.run
    at = At(file, ("mlflow", "run_id"))
    if answer.blocked:
        yield Blocked(answer.blocked)
    elif run is None:
        message = f"the tracking server has no run {metadata.mlflow.run_id}"
        yield Problem(
            message, "look for its id in the experiment; a purged run never comes back", at
        )
    elif run.deleted:
        message = f"the run {run.run_id} is deleted, and is purged sooner or later"
        yield Problem(message, run.restore, at)
    else:
        yield from _facts(metadata, run, file)
        yield from _metrics(entry, run, metadata)


def _facts(metadata: Metadata, run: RunRecord, file: str) -> Iterator[Outcome]:
    commit, ref = metadata.source.commit, metadata.mlflow
    if run.commit and commit and run.commit != commit:
        message = f"the run was trained from commit {run.commit[:12]}, not {commit[:12]}"
        yield Problem(message, _RERUN, At(file, ("source", "commit")))
    if ref.experiment is not None and ref.experiment != run.experiment:
        message = f'the run is of the experiment "{run.experiment}", not "{ref.experiment}"'
        yield Problem(
            message, f"write experiment: {run.experiment}", At(file, ("mlflow", "experiment"))
        )
    if ref.model_id is not None and ref.model_id not in run.models:
        logged = ", ".join(run.models[:3]) or "none"
        message = f"the run did not log the model {ref.model_id} (it logged {logged})"
        yield Problem(message, _RERUN, At(file, ("mlflow", "model_id")))


def _metrics(entry: Entry, run: RunRecord, metadata: Metadata) -> Iterator[Outcome]:
    said = {key.replace("/", ".").replace("_", "."): value for key, value in run.metrics.items()}
    for path, value in entry.measured.items():
        there = run.metrics.get(path, said.get(path.replace("_", ".")))
        if there is None or math.isclose(there, value, rel_tol=_CLOSE, abs_tol=_CLOSE):
            continue
        message = f"{path} is {value} here, {there} in the run"
        yield Problem(message, _RERUN, At(metadata.metrics_path or "", tuple(path.split("."))))


RULE = Rule(
    name="run-recorded",
    phase=Phase.REMOTE,
    severity=Severity.ERROR,
    summary="the MLflow run is there and agrees with the metadata",
    remote=check,
)
