"""Runs of an MLflow tracking server, or of its database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from registrar.domain.runs import RunRecord
from registrar.ports import AskError

INSTALL = "pip install mlflow"
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
}
"""Set where the caller has not: a server that is down is told within a minute and a half."""
_COMMIT = "mlflow.source.git.commit"
_GONE = "RESOURCE_DOES_NOT_EXIST"


class MlflowRuns:
    """Runs by tracking URI; nothing is written, and no database is made where there is none."""

    def run(self, uri: str, run_id: str) -> RunRecord | None:
        """One run; None where the server has none of this id; raises AskError."""
        _reachable(uri)
        with _library():
            from mlflow import MlflowClient
            from mlflow.exceptions import MlflowException

            try:
                client = MlflowClient(tracking_uri=uri)
                found = client.get_run(run_id)
                experiment = client.get_experiment(found.info.experiment_id)
                return _record(found, experiment, _logged(client, found))
            except MlflowException as error:
                if error.error_code == _GONE:
                    return None
                raise AskError(_said(error)) from error
            except Exception as error:  # drivers of databases, each with exceptions of its own
                raise AskError(_said(error)) from error


@contextmanager
def _library() -> Iterator[None]:
    """MLflow with our time limits, where it is installed; raises AskError where it is not."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        yield
    except ImportError as error:
        raise AskError(f"MLflow is not installed here: {INSTALL}") from error


def _reachable(uri: str) -> None:
    """Refuse a database file that is not there: the client would make an empty one."""
    parts = urlsplit(uri)
    if parts.scheme == "sqlite" and not os.path.isfile(uri.removeprefix("sqlite:///")):
        raise AskError("the database of the tracking URI is not there")


def _logged(client: Any, run: Any) -> list[Any]:
    """The models that the run logged."""
    outputs = run.outputs.model_outputs if run.outputs is not None else []
    return [client.get_logged_model(output.model_id) for output in outputs]


def _record(run: Any, experiment: Any, models: list[Any]) -> RunRecord:
    metrics = dict(run.data.metrics)
    for model in models:
        metrics |= {metric.key: metric.value for metric in model.metrics or ()}
    active = "active"
    return RunRecord(
        run_id=run.info.run_id,
        deleted=run.info.lifecycle_stage != active or experiment.lifecycle_stage != active,
        experiment=experiment.name,
        commit=run.data.tags.get(_COMMIT),
        metrics=metrics,
        models=tuple(model.model_id for model in models),
    )


def _said(error: BaseException) -> str:
    """What went wrong, without addresses and a server's own text."""
    code = getattr(error, "error_code", None)
    named = {
        "UNAUTHENTICATED": "it wants credentials: MLFLOW_TRACKING_TOKEN, or _USERNAME, _PASSWORD",
        "PERMISSION_DENIED": "these credentials may not read the run",
    }
    if code in named:
        return f"the tracking server refuses: {named[code]}"
    return f"the tracking server did not answer: {code or type(error).__name__}"
