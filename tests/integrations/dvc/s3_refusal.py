"""An HTTP server that answers as S3 does to what it refuses; moto's server takes any credentials.

Source of codes, statuses and the shape of the body: Amazon S3 API reference, error responses.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STATUSES = {
    "ExpiredToken": 400,
    "InvalidAccessKeyId": 403,
    "SignatureDoesNotMatch": 403,
    "AccessDenied": 403,
    "NoSuchBucket": 404,
    "SlowDown": 503,
    "InternalError": 500,
    "InsufficientStorage": 507,
    "PermanentRedirect": 301,
}


@dataclass
class Refusal:
    """The code of every answer, what was asked, and where a redirection leads."""

    code: str
    elsewhere: str = ""
    empty: bool = False
    """Whether reading is answered, as an empty bucket does it, and only writing is refused."""
    message: str = "no"
    asked: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def body(self) -> bytes:
        """The XML of an error; S3 repeats keys and names in it."""
        told = f"<Code>{self.code}</Code><Message>{self.message}</Message>"
        more = f"<Endpoint>{self.elsewhere}</Endpoint>" if self.elsewhere else ""
        return f'<?xml version="1.0"?><Error>{told}{more}</Error>'.encode()


@contextmanager
def refusing(refusal: Refusal) -> Iterator[Refusal]:
    """Answer on a port of this machine until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # the client waits for "100 Continue" before a body

        def do_GET(self) -> None:
            self._answer()

        def do_HEAD(self) -> None:
            self._answer()

        def do_PUT(self) -> None:
            self._answer()

        def _answer(self) -> None:
            refusal.asked.append(f"{self.command} {self.path}")
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body = STATUSES[refusal.code], refusal.body
            if refusal.empty and self.command == "HEAD":
                status = 404 if self.path.count("/") > 1 else 200
            elif refusal.empty and self.command == "GET":
                status, body = 200, b"<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>"
            self.send_response(status)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            if refusal.elsewhere:
                self.send_header("Location", f"http://{refusal.elsewhere}{self.path}")
                self.send_header("x-amz-bucket-region", "eu-central-1")
            self.end_headers()
            if self.command != "HEAD":  # so a refused HEAD has no code, as with S3
                self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    refusal.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield refusal
    finally:
        server.shutdown()
        server.server_close()
