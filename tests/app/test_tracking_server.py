"""Tracking servers that misbehave, asked by ``check --remote`` and ``add --from-mlflow``.

Each is a real HTTP server of this process; MLflow's own client asks it.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from added import OPTIONS, training_repo
from adoption import snapshot
from api_server import Api, Reply
from api_server import serving as serving_api
from builders import POLICY, Repo, good_entry, run

from registrar.integrations.mlflow import patience, tracking

pytestmark = pytest.mark.filterwarnings("ignore")  # MLflow's own, and those of its libraries
RUN = "f" * 32
GET = "/api/2.0/mlflow/runs/get"
HTML = {"Content-Type": "text/html"}


@pytest.fixture(autouse=True)
def _once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")


def asked(path: Path, uri: str) -> tuple[int, str]:
    """The exit code of a check, and why the run could not be asked for; findings fail."""
    repo = Repo(path / "r")
    repo.write("registrar.toml", f'{POLICY}[network]\nmlflow = ["{uri}"]\n')
    files = good_entry()
    text = files["metadata.yaml"].decode() + f"mlflow: {{tracking_uri: '{uri}', run_id: {RUN}}}\n"
    repo.add_entry(files={**files, "metadata.yaml": text.encode()})
    said = repo.check("--remote")
    assert [found for found in said.findings if found["rule"] == "run-recorded"] == []
    (reason,) = [u["reason"] for u in said.report["unchecked"] if u["rule"] == "run-recorded"]
    return said.code, reason


def added(path: Path, uri: str) -> tuple[int, str]:
    """The exit code of an ``add``, and what it says; it changes nothing."""
    repo = training_repo(path / "a")
    before = snapshot(repo.path)
    wanted = ("--name", "wine", "--version", "1.0.0", *OPTIONS)
    said = run("add", "--from-mlflow", RUN, "--tracking-uri", uri, *wanted, cwd=repo.path)
    assert said.out == ""
    assert snapshot(repo.path) == before
    return said.code, said.err


REPLIES = {
    "it says HTTP 404": Reply(raw=b"<html>", status=404, headers=HTML),
    "it says HTTP 405": Reply(raw=b"<html>", status=405, headers=HTML),
    "it says HTTP 418": Reply(raw=b"", status=418),
    "wants credentials": Reply({"error_code": "UNAUTHENTICATED", "message": "no"}, 401),
    "it wants credentials": Reply(raw=b"You are not authenticated.", status=401),
    "INTERNAL_ERROR": Reply({"error_code": "INTERNAL_ERROR", "message": "x"}, 500),
    "something else at its address": Reply(raw=b"<html>welcome</html>", headers=HTML),
    "did not answer": Reply(raw=b"\xff\xfe\x00", status=200),
    "a redirection: name the address behind it": Reply(
        raw=b"", status=302, headers={"Location": "http://127.0.0.1:9/"}
    ),
}


@pytest.mark.parametrize("cause", REPLIES)
def test_an_answer_that_tells_nothing_of_the_run(tmp_path: Path, cause: str) -> None:
    with serving_api(Api(replies={GET: REPLIES[cause]})) as api:
        code, reason = asked(tmp_path, api.base)
        assert (code, cause in reason) == (4, True), reason
        code, text = added(tmp_path, api.base)
    assert (code, "the run cannot be fetched: " in text, cause in text) == (4, True, True), text


def test_a_redirection_is_not_followed(tmp_path: Path) -> None:
    with serving_api(Api()) as other:
        away = Reply(raw=b"", status=307, headers={"Location": f"{other.base}{GET}"})
        with serving_api(Api(replies={GET: away})) as api:
            assert asked(tmp_path, api.base)[0] == 4
            assert added(tmp_path, api.base)[0] == 4
        assert other.asked == []


def test_a_server_that_is_slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    with serving_api(Api(replies={GET: Reply({}, silence=600)})) as api:
        code, reason = asked(tmp_path, api.base)
    assert (code, reason) == (4, "the tracking server did not answer: it is too slow")


LATE = "the server of MLflow did not answer within 1 seconds"


@pytest.mark.parametrize(
    "reply",
    [
        Reply({"run": {}}, drip=0.2),
        Reply({"error_code": "TEMPORARILY_UNAVAILABLE"}, 503, {"Retry-After": "86400"}),
    ],
)
def test_patience_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reply: Reply) -> None:
    """A body that drips passes every time limit of a single read; so does "try again tomorrow"."""
    monkeypatch.setattr(tracking, "_PATIENCE", 1)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")
    reply.raw = b"x" * 10_000
    with serving_api(Api(replies={GET: reply})) as api:
        code, reason = asked(tmp_path, api.base)
        assert (code, reason) == (4, LATE)
        code, text = added(tmp_path, api.base)
    assert (code, LATE in text) == (4, True)


@pytest.fixture
def endless() -> Iterator[str]:
    """The address of a server whose answers have no end."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)

        def answer() -> None:
            while not stop.is_set():
                try:
                    there, _ = server.accept()
                except TimeoutError:
                    continue
                with there:
                    there.recv(65536)
                    try:
                        there.sendall(head)
                        while not stop.is_set():
                            there.sendall(b" " * 65536)
                    except OSError:
                        continue

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        stop.set()
        thread.join()


def test_an_answer_without_an_end(
    tmp_path: Path, endless: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "MAX_BODY", 1_000_000)
    code, reason = asked(tmp_path, endless)
    assert (code, reason) == (4, "the tracking server did not answer: its answer has no end")
    code, text = added(tmp_path, endless)
    assert (code, "its answer has no end" in text) == (4, True)


def test_a_server_that_is_down(tmp_path: Path) -> None:
    code, reason = asked(tmp_path, "http://127.0.0.1:9")
    assert (code, reason) == (4, "the tracking server did not answer: no connection; is it down?")
    code, reason = asked(tmp_path / "b", "http://no-such-host.invalid")
    assert (code, reason.startswith("the tracking server did not answer: ")) == (4, True)


def test_the_alarm_is_as_it_was() -> None:
    import signal

    before = signal.getsignal(signal.SIGALRM)
    with patience.patience(60):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    assert signal.getsignal(signal.SIGALRM) is before
    done = []

    def elsewhere() -> None:
        with patience.patience(0.001):
            time.sleep(0.01)
            done.append(True)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert done == [True], "signals reach the main thread alone"
