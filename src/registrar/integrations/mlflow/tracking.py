"""Runs of an MLflow tracking server, or of its database."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

from registrar.domain.metadata import mapping
from registrar.domain.runs import LoggedData, RunModel, RunRecord
from registrar.errors import UsageError
from registrar.integrations.mlflow.local import local_place
from registrar.integrations.mlflow.model_folder import (
    flavor_of,
    read_mlmodel,
    requirements_of,
    signature_of,
)
from registrar.integrations.mlflow.models import download
from registrar.integrations.mlflow.patience import flowing, patience
from registrar.integrations.own_tree import lies_in_tree
from registrar.ports.others import AskError

INSTALL = "pip install mlflow"
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
}
"""Set where the caller has not: a server that is down is told within a minute and a half."""
_PATIENCE = 120
"""Seconds for all that is asked of one run."""
STILL = 120
"""Seconds for which a download may stand still."""
_COMMIT = "mlflow.source.git.commit"
_URI = "MLFLOW_TRACKING_URI"
_FLAGS = {"true": True, "false": False}
_GONE = "RESOURCE_DOES_NOT_EXIST"
_STATUS = re.compile(r"failed with error code ([1-5][0-9][0-9]) ")
"""In MLflow's own words; those of the server come after it."""
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,255}")
"""Source: MLflow 3, ``utils/validation.py``."""
_NO_JSON = "response body was not in a valid JSON format"
_KINDS = {
    "SSLError": "its certificate is not good",
    "ProxyError": "the proxy does not let it through",
    "ConnectTimeout": "it cannot be reached in time",
    "ConnectTimeoutError": "it cannot be reached in time",
    "ReadTimeout": "it is too slow",
    "ReadTimeoutError": "it is too slow",
    "NewConnectionError": "no connection; is it down?",
    "NameResolutionError": "its host is not known",
    "ContentDecodingError": "its answer has no end",
    "JSONDecodeError": "there is something else at its address",
}
"""By what the libraries below MLflow raise."""
TRACKING, REGISTRY = "the tracking server", "the model registry"
_MAY = {TRACKING: "read the run", REGISTRY: "write to it"}
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class MlflowRuns:
    """Runs by tracking URI; nothing is written, and no database is made where there is none."""

    top: str

    def of_the_tree(self, uri: str) -> bool:
        """Tell a database or folder that lies in the repository at ``top``."""
        place = local_place(uri)
        return place is not None and lies_in_tree(place, self.top)

    def run(self, uri: str, run_id: str) -> RunRecord | None:
        """One run; None where the server has none of this id; raises AskError."""
        if not _RUN_ID.fullmatch(run_id):
            return None
        _reachable(uri)
        with library(uri), patience(_PATIENCE):
            from mlflow import MlflowClient

            try:
                client = MlflowClient(tracking_uri=uri)
                found = there(lambda: client.get_run(run_id))
                if found is None:
                    return None
                experiment = client.get_experiment(found.info.experiment_id)
                return _record(found, experiment, _logged(client, found))
            except Exception as error:  # drivers of databases, each with exceptions of its own
                raise AskError(said(error)) from error

    def fetch(self, uri: str, run_id: str, folder: str) -> RunModel:
        """The only model that a run logged, downloaded whole."""
        record = self.run(uri, run_id)
        if record is None:
            raise UsageError(
                f"the tracking server has no run {run_id[:80]}", "look for it in MLflow"
            )
        if record.deleted:
            raise UsageError(f"the run {run_id} is deleted", record.restore)
        if len(record.models) != 1:
            count = "no model" if not record.models else f"{len(record.models)} models"
            hint = "log one model a run: mlflow.onnx.log_model(model, name=...)"
            raise UsageError(f"the run {run_id} logged {count}", hint)
        with library(uri):
            from mlflow import MlflowClient

            try:
                client = MlflowClient(tracking_uri=uri)
                with patience(_PATIENCE):
                    run = client.get_run(run_id)
                with flowing(STILL):
                    download(client, record.models[0], uri, folder)
                return _model(record, run, folder)
            except AskError:
                raise
            except Exception as error:  # stores of artifacts, each with exceptions of its own
                raise AskError(said(error)) from error


def _model(record: RunRecord, run: Any, folder: str) -> RunModel:
    inputs = run.inputs.dataset_inputs if run.inputs is not None else []
    logged = [LoggedData(i.dataset.name, i.dataset.digest or "", _context(i)) for i in inputs]
    ended = run.info.end_time
    created = None
    if ended is not None:
        moment = datetime.fromtimestamp(ended // 1000, tz=UTC)
        created = moment.isoformat().replace("+00:00", "Z")
    document = read_mlmodel(folder)
    return RunModel(
        run=record,
        model_id=record.models[0],
        repository=run.data.tags.get("mlflow.source.git.repoURL"),
        datasets=tuple(sorted(logged, key=lambda data: data.context != "training")),
        signature=signature_of(document),
        requirements=requirements_of(folder),
        framework=flavor_of(document),
        created=created,
    )


def _context(item: Any) -> str:
    tags = {tag.key: tag.value for tag in item.tags or ()}
    return str(tags.get("mlflow.data.context", ""))


def _inputs(tags: Mapping[str, str]) -> dict[str, str]:
    """What our plugin recorded of the files that DVC tracked; {} for anything else."""
    try:
        told = json.loads(tags.get("registrar.dvc_inputs", "{}"))
    except (ValueError, RecursionError):
        return {}
    return {path: md5 for path, md5 in mapping(told).items() if isinstance(md5, str)}


@contextmanager
def library(uri: str) -> Iterator[None]:
    """MLflow with our limits, where it is installed; raises AskError where it is not.

    ``uri`` is where it looks for models meanwhile: some of its functions only know the one address
    of the process, and would otherwise make an empty database in the current folder.
    """
    bars = sys.stderr is not None and sys.stderr.isatty()
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "true" if bars else "false")
    os.environ["MLFLOW_ALLOW_HTTP_REDIRECTS"] = "false"  # to where, only the server knows
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        with _looking_at(uri):
            yield
    except ImportError as error:
        raise AskError(f"MLflow is not installed here: {INSTALL}") from error


@contextmanager
def _looking_at(uri: str) -> Iterator[None]:
    import mlflow

    variable = os.environ.get(_URI)
    known = mlflow.is_tracking_uri_set()  # type: ignore[no-untyped-call]
    before = mlflow.get_tracking_uri() if known else ""
    mlflow.set_tracking_uri(uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before)
        os.environ.pop(_URI, None)
        if variable is not None:
            os.environ[_URI] = variable


def _reachable(uri: str) -> None:
    """Refuse a database file that is not there: the client would make an empty one."""
    parts = urlsplit(uri)
    if parts.scheme == "sqlite" and not os.path.isfile(uri.removeprefix("sqlite:///")):
        raise AskError("the database of the tracking URI is not there")


def _logged(client: Any, run: Any) -> list[Any]:
    """The models that the run logged."""
    outputs = run.outputs.model_outputs if run.outputs is not None else []
    models = (there(partial(client.get_logged_model, output.model_id)) for output in outputs)
    return [model for model in models if model is not None]


def there(question: Callable[[], _T], code: str = _GONE) -> _T | None:
    """The answer of MLflow; None where it says ``code``, that there is no such thing."""
    from mlflow.exceptions import MlflowException

    try:
        return question()
    except MlflowException as error:
        if error.error_code == code:
            return None
        raise


def _record(run: Any, experiment: Any, models: list[Any]) -> RunRecord:
    metrics = dict(run.data.metrics)
    for model in models:
        metrics |= {metric.key: metric.value for metric in model.metrics or ()}
    active = "active"
    return RunRecord(
        run_id=run.info.run_id,
        deleted=run.info.lifecycle_stage != active or experiment.lifecycle_stage != active,
        experiment=experiment.name,
        commit=run.data.tags.get(_COMMIT) or None,
        metrics=metrics,
        models=tuple(model.model_id for model in models),
        gone_experiment=None if experiment.lifecycle_stage == active else run.info.experiment_id,
        dirty=_FLAGS.get(run.data.tags.get("registrar.dirty", "")),
        parameters=dict(run.data.params),
        inputs=_inputs(run.data.tags),
    )


def said(error: BaseException, who: str = TRACKING) -> str:
    """What went wrong, without addresses and a server's own text."""
    code = getattr(error, "error_code", None)
    named = {
        "UNAUTHENTICATED": "it wants credentials: MLFLOW_TRACKING_TOKEN, or _USERNAME, _PASSWORD",
        "PERMISSION_DENIED": f"these credentials may not {_MAY[who]}",
    }
    if code in named:
        return f"{who} refuses: {named[code]}"
    status = _STATUS.search(str(error))
    if status:
        more = ", a redirection: name the address behind it" if status[1].startswith("3") else ""
        return f"{who} did not answer: it says HTTP {status[1]}{more}"
    if _NO_JSON in str(error):
        return f"{who} did not answer: there is something else at its address"
    kinds = {type(one).__name__ for one in _chain(error)}
    cause = next((text for kind, text in _KINDS.items() if kind in kinds), "")
    return f"{who} did not answer: {cause or code or type(error).__name__}"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
