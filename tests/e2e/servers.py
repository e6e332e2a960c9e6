"""A bare git server with the gate as its hook, over a path and over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from builders import Repo
from step_harness import basic

EXEC_PATH = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True)
BACKEND = Path(EXEC_PATH.stdout.strip()) / "git-http-backend"


class Backend(BaseHTTPRequestHandler):
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


class PrivateBackend(Backend):
    """A forge that shows nothing without the job's token."""

    def _serve(self, body: bytes) -> None:
        if self.headers.get("Authorization", "").lower() == f"basic {basic()}".lower():
            return super()._serve(body)
        self.send_response(401)
        self.send_header("WWW-Authenticate", "Basic")
        self.send_header("Content-Length", "0")
        self.end_headers()
        return None


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


def push(repo: Repo, server: Server, *refs: str) -> tuple[bool, str]:
    """Push; (taken, what git printed)."""
    said = repo.git("push", server.url, *(refs or ("main",)), check=False)
    return "[remote rejected]" not in said and "error:" not in said and "fatal:" not in said, said
