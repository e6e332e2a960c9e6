"""MLflow's model registry: one version of it for each entry, with the entry's facts as tags."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from registrar.domain.runs import Registered, Registration
from registrar.errors import UsageError
from registrar.integrations.mlflow.models import digests
from registrar.integrations.mlflow.patience import patience
from registrar.integrations.mlflow.tracking import REGISTRY, library, said, there
from registrar.ports.others import AskError

ENTRY, DIGEST = "registrar.entry", "registrar.digest"
_PAGE = 1_000
_PATIENCE = 300
"""Seconds for one version: a server may copy its bytes."""
_CARD = 100_000
"""Characters of a card that become the description; servers cut or refuse more."""


class MlflowRegistry:
    """Registered models and their versions."""

    def put(self, uri: str, registration: Registration) -> Registered:
        """Make the version, or find that it is there."""
        served = urlsplit(uri).scheme in ("http", "https")  # it looks for models where it is
        runs_at = uri if served else registration.tracking_uri or uri
        with library(runs_at), patience(_PATIENCE):
            from mlflow import MlflowClient

            try:
                client = MlflowClient(tracking_uri=runs_at, registry_uri=uri)
                return _put(client, registration, runs_at)
            except (AskError, UsageError):
                raise
            except Exception as error:  # drivers of databases, each with exceptions of its own
                raise AskError(said(error, REGISTRY)) from error


def _put(client: Any, registration: Registration, runs_at: str) -> Registered:
    name, linked = registration.name, _is_of_the_entry(client, registration, runs_at)
    source = f"models:/{registration.model_id}" if linked else registration.source
    for version in _versions(client, name):
        if version.tags.get(ENTRY) == registration.entry:
            return _same(version, registration, source)
    made_model = not any(model.name == name for model in _models(client, name))
    if made_model:
        there(partial(client.create_registered_model, name), "RESOURCE_ALREADY_EXISTS")
    try:
        made = _made(client, registration, source)
        return Registered(int(made.version), new=True, loads=linked)
    except Exception:
        if made_model and not _versions(client, name):
            client.delete_registered_model(name)  # ours, and empty
        raise


def _is_of_the_entry(client: Any, registration: Registration, runs_at: str) -> bool:
    """Tell whether the logged model that the entry names has the entry's bytes.

    Whoever loads the version gets that model, and metadata may name one of anybody.
    """
    model = registration.model_id
    if model is None or there(partial(client.get_logged_model, model)) is None:
        return False
    return registration.digest in digests(client, model, runs_at)


def _same(version: Any, registration: Registration, source: str) -> Registered:
    """The version that is there; raises UsageError where it is another."""
    digest = version.tags.get(DIGEST)
    name, entry = registration.name, registration.entry
    ours = (source, registration.run_id or "")
    if digest == f"sha256:{registration.digest}" and (version.source, version.run_id or "") == ours:
        other = (version.description or "") != registration.card[:_CARD]
        loads = source != registration.source
        return Registered(int(version.version), new=False, loads=loads, other_card=other)
    if digest == f"sha256:{registration.digest}":
        message = f"{entry} is registered as {name} {version.version} from another source or run"
        hint = "find out who registered it; delete that version in MLflow, and run it again"
        raise UsageError(message, hint)
    message = f"{entry} is registered as {name} {version.version} with other bytes"
    hint = f"there: {digest}, here: sha256:{registration.digest}; find out who registered it"
    raise UsageError(message, hint)


def _made(client: Any, registration: Registration, source: str) -> Any:
    tags = {
        ENTRY: registration.entry,
        DIGEST: f"sha256:{registration.digest}",
        "registrar.version": registration.version,
        "registrar.license": registration.license,
        **registration.tags,
    }
    return client.create_model_version(
        registration.name,
        source,
        run_id=registration.run_id,
        tags=tags,
        description=registration.card[:_CARD],
        model_id=registration.model_id if source != registration.source else None,
    )


def _models(client: Any, name: str) -> list[Any]:
    return _all(partial(client.search_registered_models, f"name = '{name}'", _PAGE))


def _versions(client: Any, name: str) -> list[Any]:
    return _all(partial(client.search_model_versions, f"name = '{name}'", _PAGE))


def _all(search: Callable[..., Any]) -> list[Any]:
    """What a search finds on all of its pages."""
    found: list[Any] = []
    token = None
    while True:
        page = search(page_token=token)
        found += page
        token = page.token
        if not token:
            return found
