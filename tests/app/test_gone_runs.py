"""Runs, experiments and models that were deleted in a real MLflow, on SQLite."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from added import OPTIONS, training_repo
from adoption import snapshot
from builders import COMMIT, POLICY, Repo, good_entry, run

pytestmark = pytest.mark.filterwarnings("ignore")  # MLflow's own, and those of its libraries


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db"


@pytest.fixture
def client(uri: str) -> Any:
    from mlflow import MlflowClient

    return MlflowClient(uri)


@pytest.fixture
def logged(client: Any, tmp_path: Path) -> tuple[str, str, str]:
    """The ids of an experiment, of a run of it, and of the model that the run logged."""
    from mlflow.entities import LoggedModelOutput

    experiment = client.create_experiment(tmp_path.name, f"file://{tmp_path}/artifacts")
    found = client.create_run(experiment, tags={"mlflow.source.git.commit": COMMIT})
    model = client.create_logged_model(experiment, name="wine", source_run_id=found.info.run_id)
    client.log_outputs(found.info.run_id, [LoggedModelOutput(model.model_id, 0)])
    return experiment, found.info.run_id, model.model_id


def checked(path: Path, uri: str, run_id: str, **fields: str) -> tuple[int, list[dict[str, Any]]]:
    repo = Repo(path / "checked")
    repo.write("registrar.toml", f'{POLICY}[network]\nmlflow = ["{uri}"]\n')
    told = ", ".join(f"{key}: '{value}'" for key, value in fields.items())
    more = f"mlflow: {{run_id: '{run_id}', tracking_uri: '{uri}', {told}}}\n"
    files = good_entry()
    repo.add_entry(files={**files, "metadata.yaml": files["metadata.yaml"] + more.encode()})
    said = repo.check("--remote")
    return said.code, [found for found in said.findings if found["rule"] == "run-recorded"]


def refused(path: Path, uri: str, run_id: str) -> str:
    """What ``add`` says of it; it changes nothing."""
    repo = training_repo(path / "adding")
    before = snapshot(repo.path)
    wanted = ("--name", "wine", "--version", "1.0.0", *OPTIONS)
    said = run("add", "--from-mlflow", run_id, "--tracking-uri", uri, *wanted, cwd=repo.path)
    assert (said.code, said.out) == (2, ""), said
    assert snapshot(repo.path) == before
    return said.err


def test_a_deleted_experiment(
    client: Any, uri: str, logged: tuple[str, str, str], tmp_path: Path
) -> None:
    experiment, run_id, _ = logged
    client.delete_experiment(experiment)
    code, (found,) = checked(tmp_path, uri, run_id)
    assert code == 1
    assert found["message"].startswith(f"the run {run_id} is deleted")
    restore = f"mlflow experiments restore --experiment-id {experiment}"
    assert found["hint"] == restore
    text = refused(tmp_path, uri, run_id)
    assert f"the run {run_id} is deleted" in text
    assert restore in text


def test_a_deleted_model(
    client: Any, uri: str, logged: tuple[str, str, str], tmp_path: Path
) -> None:
    _, run_id, model_id = logged
    client.delete_logged_model(model_id)
    code, (found,) = checked(tmp_path, uri, run_id, model_id=model_id)
    assert (code, found["message"]) == (
        1,
        f"the run did not log the model {model_id} (it logged none)",
    )
    assert f"the run {run_id} logged no model" in refused(tmp_path, uri, run_id)


def test_a_model_whose_files_are_gone(
    uri: str, logged: tuple[str, str, str], tmp_path: Path
) -> None:
    _, run_id, _ = logged
    repo = training_repo(tmp_path / "r")
    before = snapshot(repo.path)
    wanted = ("--name", "wine", "--version", "1.0.0", *OPTIONS)
    said = run("add", "--from-mlflow", run_id, "--tracking-uri", uri, *wanted, cwd=repo.path)
    assert (said.code, said.out) == (4, ""), said
    assert "the run cannot be fetched: " in said.err
    assert snapshot(repo.path) == before


@pytest.mark.parametrize(
    "run_id", ["", "a/../b", "'; drop table runs; --", "a" * 5000, "\u202e", "%s%n", "a\nb"]
)
def test_an_id_that_is_none(uri: str, client: Any, tmp_path: Path, run_id: str) -> None:
    client.search_experiments()
    repo = training_repo(tmp_path / "r")
    wanted = ("--name", "wine", "--version", "1.0.0", *OPTIONS)
    said = run("add", "--from-mlflow", run_id, "--tracking-uri", uri, *wanted, cwd=repo.path)
    assert (said.code, said.out) == (2, ""), said
    assert len(said.err.splitlines()) == 2
    assert len(said.err) < 1000
