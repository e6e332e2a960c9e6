"""A stand-in for the API of GitHub on a real socket: the real one cannot be asked by tests.

It speaks the endpoints that the doctor asks, with the fields of the REST API's documentation.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

ACTIONS = 15368
REPOSITORY = "/repos/acme/wine"
RULES_PATH = f"{REPOSITORY}/rules/branches/main"
CLASSIC_PATH = f"{REPOSITORY}/branches/main/protection"
RULESET = f"{REPOSITORY}/rulesets/7"


@dataclass
class Reply:
    """One answer: any JSON, or raw bytes; a silence before it, or a drip while it is sent."""

    data: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    silence: float = 0
    drip: float = 0


@dataclass
class Api:
    """What the server answers, by path; and what it was asked."""

    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    base: str = ""
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def paths(self) -> list[str]:
        """The paths that were asked, in order."""
        return [path for path, _ in self.asked]


@contextmanager
def serving(api: Api) -> Iterator[Api]:
    """Answer on a port of this machine until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            api.asked.append((self.path, dict(self.headers)))
            path, _, query = self.path.partition("?")
            reply = api.replies.get(path, Reply({"message": "Not Found"}, 404))
            data = reply.data
            if reply.raw is None and isinstance(data, list) and "page" in parse_qs(query):
                size, page = (int(parse_qs(query)[key][0]) for key in ("per_page", "page"))
                data = data[(page - 1) * size : page * size]
            body = reply.raw if reply.raw is not None else json.dumps(data).encode()
            api.stop.wait(reply.silence)
            try:
                self.send_response(reply.status)
                for name, value in ({"Content-Length": str(len(body))} | reply.headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self._send(body, reply.drip)
            except OSError:
                return  # the client has had enough

        def _send(self, body: bytes, drip: float) -> None:
            if not drip:
                self.wfile.write(body)
                return
            for byte in body:
                if api.stop.wait(drip):
                    return
                self.wfile.write(bytes([byte]))
                self.wfile.flush()

        def log_message(self, *arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    api.base = f"http://127.0.0.1:{server.server_port}"
    try:
        yield api
    finally:
        api.stop.set()
        server.shutdown()
        thread.join()
        server.server_close()


def rule(kind: str, ruleset: int = 7, **parameters: Any) -> dict[str, Any]:
    """One active rule of a branch."""
    about = {"ruleset_source_type": "Repository", "ruleset_source": "acme/wine"}
    rest = {"parameters": parameters} if parameters else {}
    return {"type": kind, "ruleset_id": ruleset, **about, **rest}


def checks(context: str = "model-registry", app: int | None = ACTIONS, strict: bool = True) -> Any:
    """The rule that requires a check."""
    item = {"context": context} | ({"integration_id": app} if app is not None else {})
    return rule(
        "required_status_checks",
        required_status_checks=[item],
        strict_required_status_checks_policy=strict,
    )


def reviews(owners: bool = True, stale: bool = True) -> Any:
    """The rule that wants a pull request."""
    return rule(
        "pull_request",
        required_approving_review_count=1,
        require_code_owner_review=owners,
        dismiss_stale_reviews_on_push=stale,
    )


RULES = [checks(), reviews(), rule("non_fast_forward"), rule("deletion")]
"""What the ruleset that is shipped makes of a branch."""
DENIED = Reply({"message": "Resource not accessible by personal access token"}, 403)
MISSING = Reply({"message": "Not Found"}, 404)
NO_CLASSIC = Reply({"message": "Branch not protected"}, 404)
CLASSIC = {
    "required_status_checks": {
        "strict": True,
        "contexts": ["model-registry"],
        "checks": [{"context": "model-registry", "app_id": ACTIONS}],
    },
    "enforce_admins": {"enabled": True},
    "required_pull_request_reviews": {
        "dismiss_stale_reviews": True,
        "require_code_owner_reviews": True,
        "required_approving_review_count": 1,
    },
    "allow_force_pushes": {"enabled": False},
    "allow_deletions": {"enabled": False},
}


def good_api(branch: str = "main") -> Api:
    """An API that says that the shipped ruleset is in force, and nothing else."""
    name = branch.replace("/", "%2F")
    return Api(
        {
            REPOSITORY: Reply({"default_branch": branch}),
            f"{REPOSITORY}/rules/branches/{name}": Reply(RULES),
            f"{REPOSITORY}/branches/{name}/protection": NO_CLASSIC,
            f"{REPOSITORY}/rulesets/7": Reply({"name": "model-registry", "bypass_actors": []}),
            "/apps/github-actions": Reply({"id": ACTIONS}),
        }
    )
