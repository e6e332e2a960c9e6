"""``registrar register`` where the registry is large, strange, slow, or changed meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from api_server import Api, Reply
from api_server import serving as serving_api
from builders import ONNX, POLICY, SHA, Repo, good_entry, run

from registrar.integrations.mlflow import registry as module

pytestmark = pytest.mark.filterwarnings("ignore")  # MLflow's own, and those of its libraries


@pytest.fixture
def uri(tmp_path: Path) -> str:
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    return f"sqlite:///{tmp_path}/registry.db"


@pytest.fixture
def client(uri: str) -> Any:
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def registry(path: Path, more: str = "", card: str = "") -> Repo:
    """A repository whose entry has more in its metadata and card."""
    repo = Repo(path / "r")
    repo.write("registrar.toml", POLICY)
    repo.write("train.py", "print('training')\n")
    repo.commit("code")
    files = good_entry()
    repo.add_entry(
        files={
            **files,
            "metadata.yaml": files["metadata.yaml"] + more.encode(),
            "MODEL_CARD.md": files["MODEL_CARD.md"] + card.encode(),
        }
    )
    repo.commit("entry")
    return repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return registry(tmp_path)


def register(repo: Repo, uri: str, *argv: str) -> Any:
    return run("register", "wine", "--registry-uri", uri, *argv, cwd=repo.path)


def test_many_pages_of_models_and_versions(
    repo: Repo, uri: str, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PAGE", 2)
    for name in ("beer", "wine", "wine-red", "winery"):
        client.create_registered_model(name)
    for _ in range(5):
        client.create_model_version("wine", "file:///somebody/else")
    assert register(repo, uri).out == "wine-1.0.0 registered: wine version 6\n"
    for _ in range(5):
        client.create_model_version("wine", "file:///somebody/else")
    assert register(repo, uri).out == "wine-1.0.0 is there already: wine version 6\n"
    assert len(client.search_model_versions("name = 'wine'")) == 11


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ({}, 0),
        ({"registrar.version": "1.0.0"}, 0),
        ({"registrar.entry": "wine-1.0.0"}, 2),
        ({"registrar.entry": "wine-1.0.0", "registrar.digest": f"sha256:{'0' * 64}"}, 2),
        ({"registrar.entry": "wine-1.0.0\x1b[31m", "registrar.digest": f"sha256:{SHA}"}, 0),
    ],
)
def test_a_version_of_somebody_else(
    repo: Repo, uri: str, client: Any, tags: dict[str, str], code: int
) -> None:
    client.create_registered_model("wine")
    client.create_model_version("wine", "file:///somebody/else", tags=tags)
    said = register(repo, uri, "--format", "json")
    assert said.code == code, said
    if code:
        assert "with other bytes" in said.err
        assert "find out who registered it" in said.err
        assert said.out == ""
    else:
        assert (said.report["new"], said.report["number"]) == (True, 2)
    theirs = client.get_model_version("wine", "1")
    assert theirs.tags == tags, "theirs is as it was"


HOSTILE = (
    "\n<script>alert(1)</script> [x](javascript:alert(1)) 'a' \"b\" `c` ${d} \u00e9 \U0001f377\n"
)


def test_a_card_is_told_as_it_is_and_no_longer_than_a_server_takes(
    tmp_path: Path, uri: str, client: Any
) -> None:
    repo = registry(tmp_path, card=HOSTILE + "x" * 150_000)
    assert register(repo, uri).code == 0
    (version,) = client.search_model_versions("name = 'wine'")
    assert HOSTILE in version.description, "MLflow's page shows it as Markdown, without HTML"
    assert len(version.description) == 100_000


def test_the_tracking_uri_of_the_entry_is_never_contacted(
    tmp_path: Path, uri: str, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "planted-5ecret")
    with serving_api(Api()) as api:
        told = f"mlflow: {{run_id: {'f' * 32}, model_id: m-1, tracking_uri: '{api.base}'}}\n"
        repo = registry(tmp_path, told)
        said = register(repo, uri)
        assert (said.code, said.out) == (0, "wine-1.0.0 registered: wine version 1\n"), said
        assert api.asked == []
    (version,) = client.search_model_versions("name = 'wine'")
    assert version.run_id == "f" * 32
    assert version.source == "registrar:/wine-1.0.0/model.onnx", "there is no such model there"
    assert repo.git("status", "--short") == "", "no database is made here"


def test_a_logged_model_is_linked(tmp_path: Path, uri: str, client: Any) -> None:
    experiment = client.create_experiment("wine", str(tmp_path / "artifacts"))
    run_id = client.create_run(experiment).info.run_id
    model = client.create_logged_model(experiment, name="wine", source_run_id=run_id)
    (tmp_path / "logged").mkdir()
    (tmp_path / "logged/model.onnx").write_bytes(ONNX)  # what is linked has the entry's bytes
    client.log_model_artifacts(model.model_id, str(tmp_path / "logged"))
    repo = registry(tmp_path, f"mlflow: {{run_id: {run_id}, model_id: {model.model_id}}}\n")
    assert register(repo, uri).code == 0
    (version,) = client.search_model_versions("name = 'wine'")
    assert (version.run_id, version.source) == (run_id, f"models:/{model.model_id}")
    assert repo.git("status", "--short") == ""


def meanwhile(monkeypatch: pytest.MonkeyPatch, name: str, action: Callable[[Any], object]) -> None:
    """Do something in the registry right before the client's next call of ``name``."""
    from mlflow import MlflowClient

    plain = getattr(MlflowClient, name)

    def call(self: Any, *arguments: Any, **options: Any) -> Any:
        monkeypatch.setattr(MlflowClient, name, plain)
        action(self)
        return plain(self, *arguments, **options)

    monkeypatch.setattr(MlflowClient, name, call)


def test_a_model_that_is_deleted_meanwhile(
    repo: Repo, uri: str, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.create_registered_model("wine")
    meanwhile(monkeypatch, "create_model_version", lambda c: c.delete_registered_model("wine"))
    said = register(repo, uri)
    assert (said.code, said.out) == (4, "")
    assert "nothing was registered: the model registry did not answer: RESOURCE_DOES" in said.err
    assert register(repo, uri).out == "wine-1.0.0 registered: wine version 1\n"


def test_a_model_that_somebody_else_makes_meanwhile(
    repo: Repo, uri: str, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.search_registered_models()
    meanwhile(monkeypatch, "create_registered_model", lambda c: c.create_registered_model("wine"))
    assert register(repo, uri).out == "wine-1.0.0 registered: wine version 1\n"


def test_nothing_half_written_where_the_version_fails(
    repo: Repo, uri: str, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(client: Any) -> None:
        raise OSError("planted-5ecret")

    client.search_registered_models()
    meanwhile(monkeypatch, "create_model_version", fail)
    said = register(repo, uri)
    assert (said.code, said.out) == (4, "")
    assert "planted-5ecret" not in said.err
    assert client.search_registered_models() == []
    assert register(repo, uri).code == 0


SEARCH = "/api/2.0/mlflow/model-versions/search"


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (Reply({"error_code": "PERMISSION_DENIED", "message": "no"}, 403), "may not write to it"),
        (Reply(raw=b"<html>", headers={"Content-Type": "text/html"}), "something else at its"),
        (Reply(raw=b"", status=302, headers={"Location": "http://127.0.0.1:9"}), "a redirection"),
        (Reply(raw=b"x" * 10_000, drip=0.5), "did not answer within 1 seconds"),
    ],
)
def test_a_registry_that_misbehaves(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, reply: Reply, cause: str
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 1)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with serving_api(Api(replies={SEARCH: reply})) as api:
        said = register(repo, api.base)
    assert (said.code, said.out) == (4, "")
    assert "nothing was registered: " in said.err
    assert cause in said.err
