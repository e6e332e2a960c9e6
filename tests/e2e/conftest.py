"""The servers that are pushed to, and what is pushed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from builders import POLICY, Repo
from environments import link_gate
from github_side import Forge
from servers import BACKEND, Backend, Server


@pytest.fixture(params=["path", "http"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path / "server.git")
    if request.param == "path":
        yield made
        return
    if not BACKEND.exists():
        pytest.skip("git-http-backend is not installed")
    handler = type("Handler", (Backend,), {"root": tmp_path})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{http.server_port}/server.git"
    yield made
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "repo")
    made.write("registrar.toml", POLICY)
    made.commit("policy")
    made.add_entry()
    made.commit("entry")
    return made


@pytest.fixture(scope="session")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The locked libraries, in a folder of their own."""
    return link_gate(tmp_path_factory.mktemp("gate") / "gate")


@pytest.fixture
def forge(tmp_path: Path, gate: Path) -> Forge:
    """A repository on GitHub's side with the gate and a first entry."""
    made = Forge(tmp_path, gate)
    made.adopt()
    return made
