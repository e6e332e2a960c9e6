"""An HTTP server that stands for a DVC remote: files in memory, and ways to misbehave."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Remote:
    """What it holds by path; statuses and redirections by path; and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)
    sized: bool = True
    asked: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    """Every Authorization header that came."""
    url: str = ""


@contextmanager
def serving(remote: Remote) -> Iterator[Remote]:
    """Answer on a port of this machine until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, body: bool) -> None:
            remote.asked.append(self.path)
            if "Authorization" in self.headers:
                remote.secrets.append(self.headers["Authorization"])
            raw = remote.files.get(self.path)
            status = remote.statuses.get(self.path, 404 if raw is None else 200)
            if self.path in remote.elsewhere:
                status = 302
            raw = raw or b""
            span = self.headers.get("Range")
            if status == 200 and span:
                first, _, last = span.removeprefix("bytes=").partition("-")
                end = min(int(last or len(raw)), len(raw) - 1)
                status, part = 206, raw[int(first) : end + 1]
            else:
                part = raw if status == 200 else b""
            self.send_response(status)
            if self.path in remote.elsewhere:
                self.send_header("Location", remote.elsewhere[self.path])
            if status == 206:
                self.send_header("Content-Range", f"bytes {first}-{end}/{len(raw)}")
            if remote.sized:
                self.send_header("Content-Length", str(len(part)))
                self.send_header("Accept-Ranges", "bytes")
            else:
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            if body:
                self.wfile.write(part)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    remote.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield remote
    finally:
        server.shutdown()
        server.server_close()
