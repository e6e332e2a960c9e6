"""``registrar add --from-mlflow`` from a real MLflow on SQLite."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from adoption import snapshot
from builders import POLICY, Repo, run

pytestmark = pytest.mark.filterwarnings("ignore")  # MLflow's own, and those of its libraries

OPTIONS = (
    *("--license", "Apache-2.0", "--dataset", "train=wine.csv", "--dataset-version", "1.0"),
    *("--dataset-license", "CC-BY-4.0", "--owner", "ada@example.org", "--yes"),
)
MODEL = Path(__file__).parents[2] / "model_registry/wine-cultivar-1.0.0/model.onnx"


@pytest.fixture(scope="module")
def tracked(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A tracking database, and the folder that its artifacts lie in."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    from mlflow import MlflowClient

    folder = tmp_path_factory.mktemp("mlflow")
    uri = f"sqlite:///{folder}/mlflow.db"
    MlflowClient(uri).create_experiment("wine", f"file://{folder}/artifacts")
    return uri, folder


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "r")
    repo.write("registrar.toml", POLICY)
    repo.write("wine.csv", "a,b\n1,2\n")
    repo.commit("code")
    return repo


def trained(
    uri: str, repo: Repo, models: int = 1, repository: str | None = None, logged: bool = True
) -> str:
    """A run as the example logs it: commit, metrics, dataset, model."""
    import mlflow
    import numpy as np
    import onnx

    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment("wine")
    inside = contextlib.chdir(repo.path)  # our plugin looks at the current folder
    tags = {"mlflow.source.git.commit": repo.git("rev-parse", "HEAD")}
    tags |= {"mlflow.source.git.repoURL": repository} if repository else {}
    with inside, mlflow.start_run(tags=tags) as active:
        data = mlflow.data.from_numpy(np.zeros((2, 13), dtype=np.float32), name="wine-rows")
        if logged:
            mlflow.log_input(data, context="training")
        for number in range(models):
            info = mlflow.onnx.log_model(onnx.load(MODEL), name=f"model-{number}")
            mlflow.log_metric("test.accuracy", 0.95, model_id=info.model_id)
    return str(active.info.run_id)


def add(repo: Repo, uri: str, run_id: str, *argv: str) -> Any:
    options = ("--from-mlflow", run_id, "--tracking-uri", uri, *OPTIONS, *argv)
    return run("add", "--name", "wine", "--version", "1.0.0", *options, cwd=repo.path)


def test_an_entry_of_a_run(repo: Repo, tracked: tuple[str, Path]) -> None:
    uri, _ = tracked
    run_id = trained(uri, repo)
    said = add(repo, uri, run_id)
    assert said.code == 1, said.err
    assert said.out.count("error[") == said.out.count("error[card-sections]") == 3
    entry = repo.path / "model_registry/wine-1.0.0"
    metadata = yaml.safe_load((entry / "metadata.yaml").read_text())
    assert metadata["mlflow"]["run_id"] == run_id
    assert metadata["mlflow"]["experiment"] == "wine"
    assert metadata["mlflow"]["model_id"].startswith("m-")
    assert "tracking_uri" not in metadata["mlflow"], "a path of this machine is no address"
    assert metadata["source"] == {
        "repository": ".",
        "commit": repo.git("rev-parse", "HEAD"),
        "dirty": False,
    }
    assert metadata["framework"]["name"] == "onnx"
    assert "model/model.onnx" in [file["path"] for file in metadata["files"]]
    assert not (entry / "model/registered_model_meta").exists()
    assert yaml.safe_load((entry / "dataset-manifest.yaml").read_text())["name"] == "wine-rows"
    assert "| test.accuracy | 0.95 |" in (entry / "MODEL_CARD.md").read_text()
    policy = (repo.path / "registrar.toml").read_text()
    repo.write("registrar.toml", f'{policy}[network]\nmlflow = ["{uri}"]\n')
    assert repo.check("--remote").rules == ["card-sections"], "the run agrees with the entry"


def test_the_repository_of_the_run_without_credentials(
    repo: Repo, tracked: tuple[str, Path], tmp_path: Path
) -> None:
    elsewhere = Repo(tmp_path / "elsewhere")
    elsewhere.write("train.py", "pass\n")
    elsewhere.commit("other code")
    url = "https://ada:planted-secret@github.com/acme/training"
    run_id = trained(tracked[0], elsewhere, repository=url)
    said = add(repo, tracked[0], run_id)
    text = (repo.path / "model_registry/wine-1.0.0/metadata.yaml").read_text()
    assert yaml.safe_load(text)["source"]["repository"] == "https://github.com/acme/training"
    assert "planted-secret" not in text + said.out + said.err


@pytest.mark.parametrize(("models", "said"), [(0, "logged no model"), (2, "logged 2 models")])
def test_a_run_without_one_model(
    repo: Repo, tracked: tuple[str, Path], models: int, said: str
) -> None:
    before = snapshot(repo.path)
    result = add(repo, tracked[0], trained(tracked[0], repo, models))
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert snapshot(repo.path) == before


def test_a_run_that_is_not_there_or_deleted(repo: Repo, tracked: tuple[str, Path]) -> None:
    from mlflow import MlflowClient

    result = add(repo, tracked[0], "f" * 32)
    assert (result.code, "has no run" in result.err) == (2, True)
    run_id = trained(tracked[0], repo)
    MlflowClient(tracked[0]).delete_run(run_id)
    result = add(repo, tracked[0], run_id)
    assert (result.code, "mlflow runs restore" in result.err) == (2, True)


def test_a_server_that_is_down(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    before = snapshot(repo.path)
    result = add(repo, "http://ada:planted-secret@127.0.0.1:9", "f" * 32)
    assert (result.code, result.out) == (4, "")
    assert "the run cannot be fetched" in result.err
    assert "planted-secret" not in result.err
    assert snapshot(repo.path) == before


def test_one_model_is_asked_for(repo: Repo) -> None:
    nothing = run("add", "--name", "wine", "--version", "1.0.0", cwd=repo.path)
    assert (nothing.code, "name ARTIFACT, or --from-mlflow" in nothing.err) == (2, True)
    both = ("add", "x.onnx", "--from-mlflow", "f", "--name", "wine", "--version", "1.0.0")
    assert run(*both, cwd=repo.path).code == 2
    nowhere = ("add", "--from-mlflow", "f", "--name", "wine", "--version", "1.0.0")
    assert "give --tracking-uri" in run(*nowhere, cwd=repo.path).err


def test_a_run_without_a_dataset_names_none(repo: Repo, tracked: tuple[str, Path]) -> None:
    uri, _ = tracked
    run_id = trained(uri, repo, logged=False)
    repo.write("test.csv", "a,b\n3,4\n")
    before = snapshot(repo.path)
    said = add(repo, uri, run_id, "--dataset", "test=test.csv")
    assert (said.code, said.out) == (2, "")
    assert "the run names no dataset" in said.err
    assert "give --dataset-name" in said.err
    assert snapshot(repo.path) == before
    assert add(repo, uri, run_id, "--dataset", "test=test.csv", "--dataset-name", "wine").code == 1
