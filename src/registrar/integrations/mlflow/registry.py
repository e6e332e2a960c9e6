"""MLflow's model registry: one version of it for each entry, with the entry's facts as tags."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from registrar.domain.runs import Registered, Registration
from registrar.errors import UsageError
from registrar.integrations.mlflow.models import digest
from registrar.integrations.mlflow.patience import flowing, patience
from registrar.integrations.mlflow.tracking import REGISTRY, STILL, library, said, there
from registrar.integrations.mlflow.turns import taking_turns
from registrar.ports.others import AskError

ENTRY, DIGEST = "registrar.entry", "registrar.digest"
_PAGE = 1_000
_PATIENCE = 300
"""Seconds for one version: a server may copy its bytes."""
_MOMENT = 2
"""Seconds after which a version that lost against an older one is gone."""
_CARD = 100_000
"""Characters of a card that become the description; servers cut or refuse more."""


class MlflowRegistry:
    """Registered models and their versions."""

    def put(self, uri: str, registration: Registration) -> Registered:
        """Make the version, or find that it is there."""
        served = urlsplit(uri).scheme in ("http", "https")  # it looks for models where it is
        runs_at = uri if served else registration.tracking_uri or uri
        with taking_turns(uri, os.environ), library(runs_at):
            from mlflow import MlflowClient

            try:
                with patience(_PATIENCE):
                    client = MlflowClient(tracking_uri=runs_at, registry_uri=uri)
                with flowing(STILL):
                    linked = _is_of_the_entry(client, registration, runs_at)
                with patience(_PATIENCE):
                    return _put(client, registration, linked)
            except (AskError, UsageError):
                raise
            except Exception as error:  # drivers of databases, each with exceptions of its own
                raise AskError(said(error, REGISTRY)) from error


def _put(client: Any, registration: Registration, linked: bool) -> Registered:
    name = registration.name
    source = f"models:/{registration.model_id}" if linked else registration.source
    tags = _tags(registration)
    first = _only(client, registration, source)
    if first is not None:
        same = _same(first, registration, source)
        return replace(same, completed=_completed(client, first, tags))
    made_model = not any(model.name == name for model in _models(client, name))
    if made_model:
        there(partial(client.create_registered_model, name), "RESOURCE_ALREADY_EXISTS")
    try:
        made = _made(client, registration, source, tags)
        first = (_meant(client, registration, source) or [made])[0]
        if int(first.version) == int(made.version):
            return Registered(int(made.version), new=True, loads=linked)
        client.delete_model_version(name, made.version)  # ours, which nobody has used yet
        return _same(first, registration, source)
    except UsageError:
        raise
    except Exception:  # whatever it was: it goes on, once what was made for it is gone
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
    return digest(client, model, runs_at) == registration.digest


def _is_meant(version: Any, registration: Registration, source: str) -> bool:
    """Tell a version of the entry: by its tag, or as one whose maker ended before it was tagged.

    That one has our source and description, and no tag that says otherwise.
    """
    tags = version.tags
    if ENTRY in tags:
        return bool(tags[ENTRY] == registration.entry)
    begun = (version.source, version.description or "") == (source, registration.card[:_CARD])
    return begun and tags.get(DIGEST) in (None, f"sha256:{registration.digest}")


def _meant(client: Any, registration: Registration, source: str) -> list[Any]:
    """The versions of the entry, the oldest first."""
    versions = _versions(client, registration.name)
    found = [v for v in versions if _is_meant(v, registration, source)]
    return sorted(found, key=lambda version: int(version.version))


def _only(client: Any, registration: Registration, source: str) -> Any:
    """The version of the entry; None without one.

    Of several makers on several machines the oldest version stays, and the others delete theirs at
    once. Raises UsageError where they do not: one was killed in between.
    """
    found = _meant(client, registration, source)
    if len(found) > 1:
        time.sleep(_MOMENT)
        found = _meant(client, registration, source)
    if len(found) > 1:
        numbers = " and ".join(str(version.version) for version in found)
        message = f"{registration.entry} is registered twice, as {registration.name} {numbers}"
        raise UsageError(message, "delete the one in MLflow that nobody uses, and run it again")
    return found[0] if found else None


def _completed(client: Any, version: Any, tags: dict[str, str]) -> bool:
    """Set the tags that a version lacks, the one that it is found by last; tell whether any."""
    lacks = [key for key in reversed(tags) if key not in version.tags]
    for key in lacks:
        client.set_model_version_tag(version.name, version.version, key, tags[key])
    return bool(lacks)


def _same(version: Any, registration: Registration, source: str) -> Registered:
    """The version that is there; raises UsageError where it is another."""
    here = f"sha256:{registration.digest}"
    there_is = version.tags.get(DIGEST)
    name, entry = registration.name, registration.entry
    ours = (version.source, version.run_id or "") == (source, registration.run_id or "")
    if ours and there_is in (None, here):
        other = (version.description or "") != registration.card[:_CARD]
        loads = source != registration.source
        return Registered(int(version.version), new=False, loads=loads, other_card=other)
    if there_is == here:
        message = f"{entry} is registered as {name} {version.version} from another source or run"
        hint = "find out who registered it; delete that version in MLflow, and run it again"
        raise UsageError(message, hint)
    message = f"{entry} is registered as {name} {version.version} with other bytes"
    hint = f"there: {there_is}, here: {here}; find out who registered it"
    raise UsageError(message, hint)


def _tags(registration: Registration) -> dict[str, str]:
    return {
        ENTRY: registration.entry,
        DIGEST: f"sha256:{registration.digest}",
        "registrar.version": registration.version,
        "registrar.license": registration.license,
        **registration.tags,
    }


def _made(client: Any, registration: Registration, source: str, tags: dict[str, str]) -> Any:
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
