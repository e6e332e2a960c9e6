"""Many requests at a time over S3: an endpoint that answers none before fifty are waiting."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from registrar.domain.remotes import DvcConfig, ObjectName, Stored
from registrar.integrations.dvc.stores import DvcStores

AT_LEAST = 50
NAMES = [ObjectName(hashlib.md5(b"%d" % n, usedforsecurity=False).hexdigest()) for n in range(200)]


class _Crowd:
    """Holds every request until enough of them wait at the same time."""

    def __init__(self) -> None:
        self.waiting = self.most = 0
        self._changed = threading.Condition()

    def join(self) -> None:
        with self._changed:
            self.waiting += 1
            self.most = max(self.most, self.waiting)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.most >= AT_LEAST, timeout=20)
            self.waiting -= 1


@pytest.fixture
def crowd() -> Iterator[tuple[_Crowd, str]]:
    """A stand-in for S3 that knows HEAD alone: moto answers at once, and counts nothing."""
    crowd = _Crowd()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            crowd.join()
            self.send_response(200)
            self.send_header("Content-Length", "7")
            self.send_header("ETag", '"x"')
            self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 256
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield crowd, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_fifty_requests_are_in_flight(
    tmp_path: Path, crowd: tuple[_Crowd, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    counted, url = crowd
    options = {"url": "s3://models/registry", "endpointurl": url, "region": "us-east-1"}
    store = DvcStores(str(tmp_path)).open("storage", DvcConfig(None, {"storage": options}))
    assert store.look(NAMES) == dict.fromkeys(NAMES, Stored(7))
    assert counted.most >= AT_LEAST
