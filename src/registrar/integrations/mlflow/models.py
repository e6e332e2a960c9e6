"""Logged models: downloaded from where their server may send us, and digested."""

from __future__ import annotations

import hashlib
import os
import tempfile
from typing import Any
from urllib.parse import urlsplit

from registrar.domain.digests import folder_digest
from registrar.ports.others import AskError

_META = "registered_model_meta"
"""Written by a download beside the files of the model."""
_SERVED = ("http", "https")
_OWN = ("mlflow-artifacts", *_SERVED)
_CLOUDS = ("s3", "gs", "abfs", "abfss", "wasb", "wasbs")
"""Asked with the caller's own credentials, where the caller's own configuration says."""
_LOCAL = ("", "file")


def download(client: Any, model_id: str, uri: str, folder: str) -> None:
    """The files of a logged model into a folder; raises AskError for a place of somebody else."""
    from mlflow.artifacts import download_artifacts

    reason = elsewhere(client.get_logged_model(model_id).artifact_location or "", uri)
    if reason:
        raise AskError(reason)
    download_artifacts(artifact_uri=f"models:/{model_id}", dst_path=folder, tracking_uri=uri)
    meta = os.path.join(folder, _META)
    if os.path.exists(meta):
        os.unlink(meta)


def elsewhere(place: str, uri: str) -> str:
    """Why artifacts at a place are not fetched for the server at ``uri``; "" where they may be.

    A server may send its callers to any address, and they would take their credentials with them;
    or to a folder of their own, and they would publish it.
    """
    there, server = urlsplit(place), urlsplit(uri)
    served = server.scheme in _SERVED
    if there.scheme in _CLOUDS or (there.scheme in _LOCAL and not served):
        return ""
    if there.scheme in _OWN and served:
        hosts = {parts.netloc.rpartition("@")[2] for parts in (there, server)}
        plain = there.scheme not in _SERVED or there.scheme == server.scheme
        same = not there.netloc or (len(hosts) == 1 and plain)
        return "" if same else "the tracking server keeps the model on another server"
    kind = there.scheme or "a path"
    return f"the tracking server sends us to an address of another kind for the model ({kind[:20]})"


def digests(client: Any, model_id: str, uri: str) -> frozenset[str]:
    """The SHA-256 of the whole folder of a logged model, and of each of its files."""
    with tempfile.TemporaryDirectory(prefix="registrar-model-") as folder:
        download(client, model_id, uri, folder)
        files = {}
        for here, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(here, name)
                with open(path, "rb") as stream:
                    digest = hashlib.file_digest(stream, "sha256").hexdigest()
                files[os.path.relpath(path, folder)] = digest
        return frozenset({folder_digest(files), *files.values()})
