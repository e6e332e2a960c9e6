"""The metrics of a new entry: as they are given, or as the run has them."""

from __future__ import annotations

import json

from registrar.app.adding.from_run import metrics_of
from registrar.app.adding.plain import read
from registrar.domain.adding import Wanted
from registrar.domain.runs import RunModel
from registrar.errors import UsageError
from registrar.reading.json import read_json


def metrics_for(wanted: Wanted, found: RunModel | None) -> tuple[bytes | None, dict[str, object]]:
    """``metrics.json`` as it is written, None without any, and what it says."""
    if wanted.metrics is None:
        metrics = metrics_of(found.run.metrics) if found is not None else {}
        return (f"{json.dumps(metrics, indent=2)}\n".encode() if metrics else None), metrics
    raw = read(wanted.metrics)
    document = read_json(raw)
    if not document.readable or not isinstance(document.data, dict):
        told = document.flaws[0].message if document.flaws else "it is no JSON object"
        raise UsageError(f"{wanted.metrics}: {told}", "write nested names and numbers")
    return raw, dict(json.loads(raw))
