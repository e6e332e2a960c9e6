"""The pre-receive hook with real pushes, over a path and over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from builders import ENTRY, POLICY, Repo

EXEC_PATH = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True)
BACKEND = Path(EXEC_PATH.stdout.strip()) / "git-http-backend"


class _Backend(BaseHTTPRequestHandler):
    """Just enough CGI for ``git http-backend``."""

    root: Path

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._serve(body)

    def _serve(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        env = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "REMOTE_USER": "tester",
        }
        done = subprocess.run([BACKEND], input=body, env=env, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
        self.send_response(int(headers.pop("Status", "200 OK").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class Server:
    """A bare repository with the gate as its hook; ``url`` is where it is pushed to."""

    def __init__(self, path: Path) -> None:
        self.repo = Repo(path, git=False)
        self.repo.git("init", "--quiet", "--bare", "--initial-branch=main")
        self.repo.git("config", "http.receivepack", "true")
        self.url = str(path)
        hook = path / "hooks" / "pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -m registrar hook pre-receive\n')
        hook.chmod(0o755)

    def tip(self, ref: str = "main") -> str:
        return self.repo.git("rev-parse", "--verify", "--quiet", ref, check=False).strip()


@pytest.fixture(params=["path", "http"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path / "server.git")
    if request.param == "path":
        yield made
        return
    if not BACKEND.exists():
        pytest.skip("git-http-backend is not installed")
    handler = type("Handler", (_Backend,), {"root": tmp_path})
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


def push(repo: Repo, server: Server, *refs: str) -> tuple[bool, str]:
    """Push; (taken, what git printed)."""
    said = repo.git("push", server.url, *(refs or ("main",)), check=False)
    return "[remote rejected]" not in said and "error:" not in said and "fatal:" not in said, said


def test_a_good_push_is_taken_and_a_bad_one_refused(repo: Repo, server: Server) -> None:
    taken, said = push(repo, server)
    assert taken, said
    assert "remote: registrar: refs/heads/main accepted" in said
    before = server.tip()
    repo.add_entry("beer-1.0.0")
    repo.edit("model_registry/beer-1.0.0/metadata.yaml", "Apache-2.0", "GPL-3.0-only")
    repo.commit("bad")
    taken, said = push(repo, server)
    assert not taken
    assert "remote: error[license-policy]: GPL-3.0-only is not allowed here" in said
    assert "remote: 8 | license: GPL-3.0-only" in said.replace("remote:  ", "remote: ")
    assert server.tip() == before
    repo.edit("model_registry/beer-1.0.0/metadata.yaml", "GPL-3.0-only", "Apache-2.0")
    repo.commit("good")
    assert push(repo, server)[0]


def test_policy_in_one_push_and_the_model_in_the_next(repo: Repo, server: Server) -> None:
    assert push(repo, server)[0]
    repo.write("registrar.toml", POLICY.replace('"MIT"', '"MIT", "GPL-3.0-only"'))
    repo.commit("let it in")
    taken, said = push(repo, server)
    assert not taken
    assert "this server takes no push that changes gate files (registrar.toml)" in said
    server.repo.git("config", "registrar.gateChanges", "allow")
    assert push(repo, server)[0]
    server.repo.git("config", "--unset", "registrar.gateChanges")
    repo.write("registrar.toml", POLICY)
    repo.add_entry("beer-1.0.0")
    repo.commit("policy and model at once")
    taken, said = push(repo, server)
    assert not taken
    assert "change together" in said


def test_a_repository_without_a_policy_receives_its_first(repo: Repo, server: Server) -> None:
    bare = Repo(repo.path.parent / "bare")
    bare.write("README", "nothing yet")
    bare.commit()
    assert push(bare, server)[0]
    bare.write("registrar.toml", POLICY)
    bare.commit("the first policy")
    assert push(bare, server)[0]
    bare.write("registrar.toml", POLICY + "# and more\n")
    bare.commit("the second")
    assert not push(bare, server)[0]


def test_a_first_push_is_judged_by_the_built_in_policy(repo: Repo, server: Server) -> None:
    repo.edit(f"{ENTRY}/metadata.yaml", "commit: 3f786850", "commit: main-3f786850")
    repo.commit("bad")
    taken, said = push(repo, server)
    assert not taken
    assert "error[source-pinned]" in said
    assert "built-in policy" in said


def test_a_forced_push_that_drops_an_entry(repo: Repo, server: Server) -> None:
    first = repo.git("rev-parse", "HEAD~1")
    assert push(repo, server)[0]
    repo.git("checkout", "--quiet", "-B", "main", first)
    repo.write("other", "x")
    repo.commit("another history")
    taken, said = push(repo, server, "--force", "main")
    assert not taken
    assert "the head does not descend from the old tip" in said
    assert "the merged entry wine-1.0.0 was deleted" in said


def test_other_branches_pass_with_one_line(repo: Repo, server: Server) -> None:
    assert push(repo, server)[0]
    repo.git("checkout", "--quiet", "-b", "draft")
    repo.git("rm", "-rf", "--quiet", ENTRY)
    repo.commit("draft")
    taken, said = push(repo, server, "draft")
    assert taken
    assert [line for line in said.split("\n") if line.startswith("remote:")] == [
        "remote: registrar: refs/heads/draft is not judged        "
    ]
    repo.git("branch", "release/1")
    server.repo.git("config", "registrar.refs", "refs/heads/release/*")
    taken, said = push(repo, server, "release/1")
    assert not taken
    assert "version-immutable" in said


def test_a_judged_branch_is_not_deleted(repo: Repo, server: Server) -> None:
    assert push(repo, server)[0]
    server.repo.git("config", "receive.denyDeleteCurrent", "ignore")
    taken, said = push(repo, server, ":main")
    assert not taken
    assert "gate-intact: refs/heads/main may not be deleted" in said


def test_nothing_of_the_push_or_of_the_repository_runs(
    repo: Repo, server: Server, tmp_path: Path
) -> None:
    marker = tmp_path / "marker"
    plant = f"open({str(marker)!r}, 'w')\n"
    for name in ("yaml.py", "registrar/__init__.py", "registrar/cli/main.py", "sitecustomize.py"):
        repo.write(name, plant)
        server.repo.write(name, plant)
    repo.commit("plants")
    assert push(repo, server)[0]
    assert not marker.exists()


def test_a_first_policy_must_be_valid(repo: Repo, server: Server) -> None:
    repo.write("registrar.toml", "[artifcat]\n")
    repo.commit("broken")
    taken, said = push(repo, server)
    assert not taken
    assert "registrar.toml would not be valid" in said


def test_a_broken_policy_of_the_base_refuses_and_says_why(repo: Repo, server: Server) -> None:
    repo.write("registrar.toml", "[artifcat]\n")
    repo.commit("broken")
    hook = server.repo.path / "hooks" / "pre-receive"
    hook.rename(hook.with_suffix(".off"))
    assert push(repo, server)[0]
    hook.with_suffix(".off").rename(hook)
    repo.write("README", "x")
    repo.commit("anything")
    taken, said = push(repo, server)
    assert not taken
    assert 'unknown key "artifcat"' in said


def test_what_is_no_hook_input_is_a_usage_error(server: Server) -> None:
    command = [sys.executable, "-I", "-m", "registrar", "hook", "pre-receive"]
    done = subprocess.run(
        command, cwd=server.repo.path, input="hello\n", capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "no input of a pre-receive hook" in done.stderr
