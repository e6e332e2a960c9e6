"""MLflow's model registry: one version of it for each entry, with the entry's facts as tags."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from registrar.domain.runs import Registered, Registration
from registrar.errors import UsageError
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
                return _put(client, registration)
            except UsageError:
                raise
            except Exception as error:  # drivers of databases, each with exceptions of its own
                raise AskError(said(error, REGISTRY)) from error


def _put(client: Any, registration: Registration) -> Registered:
    name = registration.name
    for version in _versions(client, name):
        if version.tags.get(ENTRY) == registration.entry:
            return _same(version, registration)
    made_model = not any(model.name == name for model in _models(client, name))
    if made_model:
        there(partial(client.create_registered_model, name), "RESOURCE_ALREADY_EXISTS")
    try:
        return Registered(int(_made(client, registration).version), new=True)
    except Exception:
        if made_model and not _versions(client, name):
            client.delete_registered_model(name)  # ours, and empty
        raise


def _same(version: Any, registration: Registration) -> Registered:
    """The version that is there; raises UsageError where it is of other bytes."""
    digest = version.tags.get(DIGEST)
    if digest == f"sha256:{registration.digest}":
        return Registered(int(version.version), new=False)
    name, entry = registration.name, registration.entry
    message = f"{entry} is registered as {name} {version.version} with other bytes"
    hint = f"there: {digest}, here: sha256:{registration.digest}; find out who registered it"
    raise UsageError(message, hint)


def _made(client: Any, registration: Registration) -> Any:
    tags = {
        ENTRY: registration.entry,
        DIGEST: f"sha256:{registration.digest}",
        "registrar.version": registration.version,
        "registrar.license": registration.license,
        **registration.tags,
    }
    model = registration.model_id
    linked = model is not None and there(partial(client.get_logged_model, model)) is not None
    return client.create_model_version(
        registration.name,
        f"models:/{model}" if linked else registration.source,
        run_id=registration.run_id,
        tags=tags,
        description=registration.card[:_CARD],
        model_id=model if linked else None,
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
