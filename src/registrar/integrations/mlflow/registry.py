"""MLflow's model registry: one version of it for each entry, with the entry's facts as tags."""

from __future__ import annotations

from typing import Any

from registrar.domain.runs import Registered, Registration
from registrar.errors import UsageError
from registrar.integrations.mlflow.tracking import library, said
from registrar.ports.others import AskError

ENTRY, DIGEST = "registrar.entry", "registrar.digest"
_PAGE = 1_000
_CARD = 100_000
"""Characters of a card that become the description; servers cut or refuse more."""


class MlflowRegistry:
    """Registered models and their versions."""

    def put(self, uri: str, registration: Registration) -> Registered:
        """Make the version, or find that it is there."""
        with library():
            from mlflow import MlflowClient

            try:
                client = MlflowClient(tracking_uri=registration.tracking_uri, registry_uri=uri)
                return _put(client, registration)
            except UsageError:
                raise
            except Exception as error:  # drivers of databases, each with exceptions of its own
                raise AskError(said(error)) from error


def _put(client: Any, registration: Registration) -> Registered:
    name = registration.name
    for there in _versions(client, name):
        if there.tags.get(ENTRY) != registration.entry:
            continue
        digest = there.tags.get(DIGEST)
        if digest == f"sha256:{registration.digest}":
            return Registered(int(there.version), new=False)
        message = f"{registration.entry} is registered as {name} {there.version} with other bytes"
        hint = f"there: {digest}, here: sha256:{registration.digest}; find out who registered it"
        raise UsageError(message, hint)
    if not any(model.name == name for model in _models(client, name)):
        client.create_registered_model(name)
    tags = {
        ENTRY: registration.entry,
        DIGEST: f"sha256:{registration.digest}",
        "registrar.version": registration.version,
        "registrar.license": registration.license,
        **registration.tags,
    }
    made = client.create_model_version(
        name,
        registration.source,
        run_id=registration.run_id,
        tags=tags,
        description=registration.card[:_CARD],
    )
    return Registered(int(made.version), new=True)


def _models(client: Any, name: str) -> list[Any]:
    return list(client.search_registered_models(f"name = '{name}'"))


def _versions(client: Any, name: str) -> list[Any]:
    found: list[Any] = []
    token = None
    while True:
        page = client.search_model_versions(f"name = '{name}'", _PAGE, page_token=token)
        found += page
        token = page.token
        if not token:
            return found
