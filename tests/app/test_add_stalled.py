"""Servers that accept and never answer, met by ``add --push`` and ``add --from-mlflow``.

Each is a real listener of this process, asked by DVC itself in a process of its own, or by MLflow.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from added import OPTIONS, add, behind_dvc, commands, training_repo, with_card
from adoption import snapshot
from api_server import Api, Reply
from api_server import serving as serving_api
from builders import Repo
from tracked import dvc

from registrar.integrations import stalling
from registrar.integrations.dvc import tool

pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # those of DVC's and MLflow's libraries
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts the bytes of a socket"),
]
POINTER = "model_registry/wine-1.0.0/model.onnx.dvc"
STOOD = "dvc push stood still: no byte came or went for 3 seconds; the entry is here, its bytes did"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[str, ...]]:
    place = tmp_path_factory.mktemp("made")
    repo = behind_dvc(training_repo(place / "r"))
    return place, with_card(repo)


@pytest.fixture
def repo(made: tuple[Path, tuple[str, ...]], tmp_path: Path, monkeypatch: Any) -> Repo:
    shutil.copytree(made[0], tmp_path, dirs_exist_ok=True, symlinks=True)
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site-cache"))
    monkeypatch.setattr(tool, "PATIENCE", 3)
    return Repo(tmp_path / "r", git=False)


class Silent:
    """Says of each object that it is not there, where it says anything; takes no body."""

    def __init__(self, listener: socket.socket, speaks: bool) -> None:
        self._listener, self._speaks = listener, speaks
        self._kept: list[socket.socket] = []
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/models"

    def serve(self) -> None:
        while True:
            try:
                there, _ = self._listener.accept()
            except OSError:
                return
            self._kept.append(there)
            threading.Thread(target=self._answer, args=(there,), daemon=True).start()

    def _answer(self, there: socket.socket) -> None:
        while (head := _head(there)) and self._speaks:
            self.asked.append(head.partition(" ")[0])
            if not head.startswith(("HEAD ", "GET ")):
                return  # the connection stays open
            there.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for there in self._kept:
            there.close()


def _head(there: socket.socket) -> str:
    """The head of a request, byte by byte: nothing of a body is taken."""
    raw = b""
    while not raw.endswith(b"\r\n\r\n"):
        try:
            byte = there.recv(1)
        except OSError:
            return ""
        if not byte:
            return ""
        raw += byte
    return raw.decode("latin-1")


@pytest.fixture
def silent(request: pytest.FixtureRequest) -> Iterator[Silent]:
    server = Silent(socket.create_server(("127.0.0.1", 0)), getattr(request, "param", True))
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server
    server.close()
    thread.join()


def with_remote(repo: Repo, url: str, wait: int) -> None:
    """DVC itself would wait so long for an answer, and longer for a body to be taken."""
    repo.edit(".dvc/config", "../../remote", f"{url}\n    read_timeout = {wait}")
    repo.commit("a remote over HTTP")


def whole(repo: Repo) -> None:
    assert repo.check().code == 0
    assert os.listdir(repo.path / "model_registry") == ["wine-1.0.0"]
    assert os.listdir(repo.path / ".dvc/cache/files") == ["md5"]


def test_a_remote_that_takes_nothing(
    repo: Repo,
    made: tuple[Path, tuple[str, ...]],
    silent: Silent,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with_remote(repo, silent.url, 600)
    said = add(repo, *made[1], "--push")
    assert (said.code, STOOD in said.err) == (4, True), said
    assert "POST" in silent.asked, "the push itself stood still"
    hint = f"  = hint: see whether the remote answers, then dvc push {POINTER}\n"
    assert hint in said.err
    assert commands(said.out)[-2:] == [
        f"dvc push --remote storage {POINTER}",
        f"registrar check --remote {Path(POINTER).parent}",
    ]
    whole(repo)
    repo.edit(".dvc/config", silent.url, "../../remote")
    repo.edit(".dvc/config", "    read_timeout = 600\n", "")
    dvc(repo.path, "push", POINTER)
    assert repo.check("--remote").code == 0, "nothing of the ended push is in the way"


@pytest.mark.slow  # before it pushes, the look at the remote goes on to the ends of its own limits
@pytest.mark.parametrize("silent", [False], indirect=True)
@pytest.mark.parametrize("kind", ["http", "s3"])
def test_a_remote_that_never_answers(
    repo: Repo,
    made: tuple[Path, tuple[str, ...]],
    silent: Silent,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "planted-5ecret")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    bucket = f"s3://models/registry\n    endpointurl = {silent.url}\n    region = us-east-1"
    with_remote(repo, silent.url if kind == "http" else bucket, 5)
    said = add(repo, *made[1], "--push")
    assert (said.code, STOOD in said.err) == (4, True), said
    assert "planted-5ecret" not in said.out + said.err
    whole(repo)


def test_a_slow_remote_is_no_hanging_one() -> None:
    """A byte now and then, and computing without one, is life; an open line without either is not."""
    listener = socket.create_server(("127.0.0.1", 0))
    with socket.create_connection(listener.getsockname()) as here, listener.accept()[0] as there:
        flow = stalling.Flow(0.2)
        for _ in range(6):
            threading.Event().wait(0.1)
            there.sendall(b"x")
            here.recv(1)
            assert not flow.stalled()
        flow = stalling.Flow(0.2)
        computed = stalling.time.process_time() + 0.3
        while stalling.time.process_time() < computed:
            pass
        assert not flow.stalled(), "it computes"
        flow = stalling.Flow(0.2, rate=1000)
        there.sendall(b"x" * 100)
        threading.Event().wait(0.3)
        assert flow.stalled(), "below the rate that was asked for"
        ours, own = socket.socketpair()
        stalling.cut()
        assert here.recv(101) in (b"x" * 100, b"")
        assert there.recv(1) == b""
        ours.send(b"w")
        assert own.recv(2) == b"w", "what wakes an event loop of this process is left alone"
        ours.close()
        own.close()
    listener.close()


RUN, MODEL = "f" * 32, "m-" + "1" * 32
INFO = {"run_id": RUN, "experiment_id": "1", "lifecycle_stage": "active", "status": "FINISHED"}
OUTPUTS = {"model_outputs": [{"model_id": MODEL, "step": 0}]}
ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts"
LISTED = {"files": [{"path": "MLmodel", "is_dir": False, "file_size": 10}]}


def tracking_api(base: str) -> dict[str, Reply]:
    """A run with one logged model, of which the server hands out nothing."""
    logged = {
        "info": {
            "model_id": MODEL,
            "experiment_id": "1",
            "name": "model",
            "artifact_uri": "mlflow-artifacts:/1/models/m",
            "status": "LOGGED_MODEL_READY",
            "creation_timestamp_ms": 1,
            "last_updated_timestamp_ms": 1,
        },
        "data": {},
    }
    experiment = {"experiment_id": "1", "name": "wine", "lifecycle_stage": "active"}
    return {
        "/api/2.0/mlflow/runs/get": Reply({"run": {"info": INFO, "data": {}, "outputs": OUTPUTS}}),
        "/api/2.0/mlflow/experiments/get": Reply({"experiment": experiment}),
        f"/api/2.0/mlflow/logged-models/{MODEL}": Reply({"model": logged}),
        ARTIFACTS: Reply(LISTED),
    }


FILE = f"{ARTIFACTS}/1/models/m/MLmodel"
TOMORROW = "try again tomorrow"
"""MLflow waits for half a minute nevertheless."""
CASES = {
    "a file that never comes": ({FILE: Reply(raw=b"x" * 10, silence=600)}, "600"),
    "a file that comes byte by byte": ({FILE: Reply(raw=b"x" * 100_000, drip=0.2)}, "60"),
    "a list that never comes": ({ARTIFACTS: Reply({}, silence=600)}, "60"),
    "its own limit is lower": ({FILE: Reply(raw=b"x" * 10, silence=600)}, "1"),
    TOMORROW: (
        {FILE: Reply(raw=b"", status=503, headers={"Retry-After": "86400"})},
        "1",
    ),
}
LATER = (TOMORROW, "a file that comes byte by byte", "a list that never comes")
"""Cases of the slow lane."""

ENDS = """
import sys
from registrar.integrations.mlflow import tracking
tracking.STILL = 3
from registrar.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=pytest.mark.slow if case in LATER else ()) for case in CASES],
)
def test_a_download_that_stands_still(tmp_path: Path, case: str) -> None:
    """In a process of its own: others compute here, and threads that wait must not keep it."""
    replies, timeout = CASES[case]
    env = dict(os.environ) | {"PYTHONWARNINGS": "ignore", "MLFLOW_HTTP_REQUEST_TIMEOUT": timeout}
    env["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0" if timeout != "1" else "1"
    repo = training_repo(tmp_path / "a")
    before = snapshot(repo.path)
    with serving_api(Api()) as api:
        api.replies = tracking_api(api.base) | replies
        argv = ("add", "--from-mlflow", RUN, "--tracking-uri", api.base, "--name", "wine")
        command = [sys.executable, "-c", ENDS, *argv, "--version", "1.0.0", *OPTIONS]
        said = subprocess.run(
            command, cwd=repo.path, env=env, capture_output=True, text=True, timeout=240
        )
        assert any(path.startswith(ARTIFACTS) for path in api.paths), said
    assert (said.returncode, said.stdout) == (4, ""), said
    assert "registrar: the run cannot be fetched: " in said.stderr
    assert "nothing was changed" in said.stderr
    if timeout != "1":
        assert "hardly a byte came from the server of MLflow for 3 seconds" in said.stderr
    assert snapshot(repo.path) == before
    assert "registrar-run-" not in " ".join(os.listdir(tmp_path))
