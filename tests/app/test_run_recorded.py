"""``run-recorded`` against a real MLflow on SQLite, and against servers that misbehave."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from api_server import Api, Reply
from api_server import serving as serving_api
from builders import COMMIT, POLICY, Repo, good_entry

pytestmark = pytest.mark.filterwarnings("ignore")  # MLflow's own, and those of its libraries


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MLflow's tables, made once: it takes seconds."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    from mlflow import MlflowClient

    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    MlflowClient(f"sqlite:///{path}").create_experiment("wine", str(path.parent / "artifacts"))
    return path


@pytest.fixture
def client(database: Path) -> Any:
    from mlflow import MlflowClient

    return MlflowClient(f"sqlite:///{database}")


def logged(client: Any, commit: str | None = COMMIT, **metrics: float) -> str:
    """A run of the experiment wine."""
    experiment = client.get_experiment_by_name("wine")
    tags = {"mlflow.source.git.commit": commit} if commit else {}
    run = client.create_run(experiment.experiment_id, tags=tags)
    for key, value in metrics.items():
        client.log_metric(run.info.run_id, key.replace("__", "."), value)
    return str(run.info.run_id)


def registry(path: Path, uri: str, allowed: str | None = None, **fields: str) -> Repo:
    repo = Repo(path)
    repo.write(
        "registrar.toml", f'{POLICY}[network]\nmlflow = ["{uri if allowed is None else allowed}"]\n'
    )
    files = good_entry()
    told = ", ".join(f"{key}: {value}" for key, value in fields.items())
    text = files["metadata.yaml"].decode() + f"mlflow: {{tracking_uri: '{uri}', {told}}}\n"
    repo.add_entry(files={**files, "metadata.yaml": text.encode()})
    return repo


def said(repo: Repo) -> tuple[list[str], list[str]]:
    """The messages of run-recorded, and why it was not asked."""
    report = repo.check("--remote").report
    found = [f["message"] for f in report["findings"] if f["rule"] == "run-recorded"]
    return found, [u["reason"] for u in report["unchecked"] if u["rule"] == "run-recorded"]


def test_a_run_that_agrees(tmp_path: Path, database: Path, client: Any) -> None:
    uri = f"sqlite:///{database}"
    run = logged(client, test__accuracy=0.95, other=1.0)
    assert said(registry(tmp_path / "a", uri, run_id=run, experiment="wine")) == ([], [])
    under_another_form = logged(client, test_accuracy=0.95)
    assert said(registry(tmp_path / "b", uri, run_id=under_another_form)) == ([], [])
    without_commit = logged(client, commit=None)
    assert said(registry(tmp_path / "c", uri, run_id=without_commit)) == ([], [])


def test_what_contradicts(tmp_path: Path, database: Path, client: Any) -> None:
    run = logged(client, commit="b" * 40, test__accuracy=0.9)
    fields = {"run_id": run, "experiment": "beer", "model_id": "m-1"}
    found, _ = said(registry(tmp_path / "a", f"sqlite:///{database}", **fields))
    assert found == [
        f"the run was trained from commit {'b' * 12}, not {COMMIT[:12]}",
        'the run is of the experiment "wine", not "beer"',
        "the run did not log the model m-1 (it logged none)",
        "test.accuracy is 0.95 here, 0.9 in the run",
    ]


def test_a_logged_model(tmp_path: Path, database: Path, client: Any) -> None:
    from mlflow.entities import LoggedModelOutput

    run = logged(client)
    experiment = client.get_experiment_by_name("wine").experiment_id
    model = client.create_logged_model(experiment, name="wine", source_run_id=run)
    client.log_outputs(run, [LoggedModelOutput(model.model_id, 0)])
    uri = f"sqlite:///{database}"
    assert said(registry(tmp_path / "a", uri, run_id=run, model_id=model.model_id)) == ([], [])


def test_a_run_that_is_not_there(tmp_path: Path, database: Path) -> None:
    found, _ = said(registry(tmp_path / "a", f"sqlite:///{database}", run_id="f" * 32))
    assert found == [f"the tracking server has no run {'f' * 32}"]


def test_a_run_that_is_deleted(tmp_path: Path, database: Path, client: Any) -> None:
    run = logged(client)
    client.delete_run(run)
    repo = registry(tmp_path / "a", f"sqlite:///{database}", run_id=run)
    assert said(repo) == ([f"the run {run} is deleted, and is purged sooner or later"], [])


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "nothing.db"
    repo = registry(tmp_path / "a", f"sqlite:///{path}", run_id="f" * 32)
    assert said(repo) == ([], ["the database of the tracking URI is not there"])
    assert not path.exists()


@pytest.mark.parametrize(
    "uri",
    [
        "sqlite:///{top}/mlflow.db",
        "sqlite:///{top}/../a/./mlflow.db?timeout=5",
        "sqlite+pysqlite:///{top}/mlflow.db",
        "sqlite:///{top}/link.db",
        "sqlite:///{beside}/link.db",
        "file://{top}/mlruns",
        "{top}/mlruns",
    ],
)
def test_a_database_of_the_judged_tree_does_not_answer_for_it(
    tmp_path: Path, database: Path, client: Any, uri: str
) -> None:
    top = tmp_path / "a"
    named = uri.format(top=top, beside=tmp_path)
    repo = registry(top, named, run_id=logged(client))
    shutil.copy(database, top / "mlflow.db")
    (top / "link.db").symlink_to(database)
    (tmp_path / "link.db").symlink_to(top / "mlflow.db")
    found, (reason,) = said(repo)
    assert found == []
    assert "lies in the repository itself" in reason


def test_a_database_in_the_folder_of_git_is_nobodys(
    tmp_path: Path, database: Path, client: Any
) -> None:
    run, place = logged(client), tmp_path / "a/.git/mlflow.db"
    repo = registry(tmp_path / "a", f"sqlite:///{place}", run_id=run)
    shutil.copy(database, place)
    assert said(repo) == ([], [])


def test_a_server_that_the_policy_does_not_name_is_never_asked(tmp_path: Path) -> None:
    api = Api()
    with serving_api(api):
        repo = registry(tmp_path / "a", api.base, "https://mlflow.acme.example", run_id="f" * 32)
        found, reasons = said(repo)
        assert api.asked == []
    assert found == []
    assert f'mlflow = ["{api.base}"]' in reasons[0]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply({"error_code": "INTERNAL_ERROR", "message": "secret-place"}, 500), "did not answer"),
        (Reply({"error_code": "PERMISSION_DENIED", "message": "no"}, 403), "may not read the run"),
        (Reply({"error_code": "UNAUTHENTICATED", "message": "no"}, 401), "wants credentials"),
        (Reply(raw=b"<html>", headers={"Content-Type": "text/html"}), "did not answer"),
        (Reply({"run": 1}), "did not answer"),
    ],
)
def test_a_server_that_does_not_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reply: Reply, reason: str
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "planted-secret")
    api = Api(replies={"/api/2.0/mlflow/runs/get": reply})
    with serving_api(api):
        repo = registry(tmp_path / "a", api.base, run_id="f" * 32)
        found, reasons = said(repo)
        text = repo.check_text("--remote")
    assert found == []
    assert reason in reasons[0]
    assert "secret" not in text.out + text.err


def test_a_server_that_is_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    repo = registry(tmp_path / "a", "http://127.0.0.1:9", run_id="f" * 32)
    found, reasons = said(repo)
    assert (found, len(reasons)) == ([], 1)
    assert repo.check("--remote").code == 4
