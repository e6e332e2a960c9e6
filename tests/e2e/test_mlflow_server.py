"""A real MLflow server: log a run to it, make an entry of it, ask it, register there, read it back.

The other tests use MLflow's database without a server, which takes seconds to start.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
import yaml
from builders import GIT_ENV, POLICY, Repo

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
EXAMPLES = Path(__file__).parents[2] / "examples"
SENTENCE = "It tells three cultivars of wine apart by thirteen chemical measurements of each."
REF = "wine-cultivar:1.2.0"
_STARTS = 180
"""Seconds; it takes 20 on a calm machine."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of ``mlflow server`` on SQLite, with its artifacts in a folder."""
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db"]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment(), stdout=log, stderr=log, start_new_session=True
        )
    uri = f"http://127.0.0.1:{port}"
    try:
        for _ in range(_STARTS * 2):
            assert process.poll() is None, (folder / "log").read_text()
            try:
                with urlopen(f"{uri}/health", timeout=5) as answer:
                    assert answer.status == 200
                    break
            except OSError:
                time.sleep(0.5)
        yield uri
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW_", "COVERAGE_"))}
    here = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1", "PYTHONWARNINGS": "ignore"}
    return kept | GIT_ENV | quiet | {"PATH": here} | more


def call(repo: Repo, *command: str, code: int = 0, **more: str) -> str:
    done = subprocess.run(
        command,
        cwd=repo.path,
        env=environment(**more),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def repo(server: str, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A registry with the committed entry of a run that was logged to the server."""
    repo = Repo(tmp_path_factory.mktemp("server-repo") / "r")
    shutil.copytree(EXAMPLES, repo.path / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    repo.write("registrar.toml", f'{POLICY}[network]\nmlflow = ["{server}"]\n')
    repo.write(".gitignore", "__pycache__/\n")
    repo.commit("training code")
    train = (sys.executable, "examples/log_model_mlflow.py", "../wine.csv")
    *_, line = call(repo, *train, MLFLOW_TRACKING_URI=server).splitlines()
    assert f"--tracking-uri {server}" in line
    call(repo, *shlex.split(line), "--owner", "ada@example.org", code=1)
    card = repo.path / "model_registry/wine-cultivar-1.2.0/MODEL_CARD.md"
    card.write_text(card.read_text().replace("[to be written]", SENTENCE))
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message", "entry")
    return repo


def test_the_entry_of_a_run_agrees_with_it(repo: Repo, server: str) -> None:
    entry = repo.path / "model_registry/wine-cultivar-1.2.0"
    told = yaml.safe_load((entry / "metadata.yaml").read_text())["mlflow"]
    assert told["tracking_uri"] == server
    call(repo, "registrar", "check", "--remote")
    metadata = entry / "metadata.yaml"
    before = metadata.read_text()
    metadata.write_text(before.replace(told["run_id"], "f" * 32))
    said = call(repo, "registrar", "check", "--remote", code=1)
    metadata.write_text(before)
    assert f"error[run-recorded]: the tracking server has no run {'f' * 32}" in said
    assert repo.git("status", "--short") == "", "nothing was written"


def test_it_is_registered_once_and_can_be_read_back(repo: Repo, server: str) -> None:
    first = call(repo, "registrar", "register", REF, "--registry-uri", server)
    assert first == "wine-cultivar-1.2.0 registered: wine-cultivar version 1\n"
    again = call(repo, "registrar", "register", REF, "--registry-uri", server)
    assert again == "wine-cultivar-1.2.0 is there already: wine-cultivar version 1\n"
    assert repo.git("status", "--short") == "", "no database is made here"
    read = (
        "import json, sys, mlflow; c = mlflow.MlflowClient(sys.argv[1]);"
        "v, = c.search_model_versions(\"name = 'wine-cultivar'\");"
        "mlflow.set_tracking_uri(sys.argv[1]);"
        "m = mlflow.pyfunc.load_model('models:/wine-cultivar/1');"
        "print(json.dumps([v.run_id, v.tags, v.description, m.metadata.model_id]))"
    )
    run_id, tags, description, model_id = yaml.safe_load(
        call(repo, sys.executable, "-c", read, server).splitlines()[-1]
    )
    metadata = yaml.safe_load(
        (repo.path / "model_registry/wine-cultivar-1.2.0/metadata.yaml").read_text()
    )
    assert (run_id, model_id) == (metadata["mlflow"]["run_id"], metadata["mlflow"]["model_id"])
    assert tags["registrar.digest"] == metadata["training_hash"]
    assert tags["registrar.registry_commit"] == repo.git("rev-parse", "HEAD")
    assert description.startswith("# wine-cultivar 1.2.0")


def test_an_address_with_a_password(repo: Repo, server: str) -> None:
    """The server lets everybody in; what it is sent is not written down."""
    entry = repo.path / "model_registry/wine-cultivar-1.2.0"
    run_id = yaml.safe_load((entry / "metadata.yaml").read_text())["mlflow"]["run_id"]
    uri = server.replace("://", "://ada:planted-5ecret@")
    wanted = ("--name", "wine-cultivar", "--version", "1.3.0", "--license", "Apache-2.0")
    data = ("--dataset", "../wine.csv", "--dataset-version", "1", "--dataset-license", "MIT")
    loud = {"MLFLOW_LOGGING_LEVEL": "DEBUG", "MLFLOW_TRACKING_TOKEN": "planted-5ecret"}
    done = call(
        repo,
        *("sh", "-c", '"$@" 2>&1', "sh", "registrar", "add", "--from-mlflow", run_id),
        *("--tracking-uri", uri, *wanted, *data),
        code=1,
        **loud,
    )
    assert "added model_registry/wine-cultivar-1.3.0" in done
    made = repo.path / "model_registry/wine-cultivar-1.3.0"
    assert yaml.safe_load((made / "metadata.yaml").read_text())["mlflow"]["tracking_uri"] == server
    files = [path.read_bytes() for path in repo.path.rglob("*") if path.is_file()]
    shutil.rmtree(made)
    assert not any(b"planted-5ecret" in raw for raw in (done.encode(), *files))


def test_an_entry_of_no_run(repo: Repo, server: str) -> None:
    repo.add_entry("wine-1.0.0")
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message", "of a file")
    said = call(repo, "registrar", "register", "wine", "--registry-uri", server)
    assert said == "wine-1.0.0 registered: wine version 1\n"
