"""Asking the API of GitHub with the standard library: one host, limits, no redirects elsewhere."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from registrar import __version__
from registrar.domain.forges import Answer

TIMEOUT = 10.0
"""Seconds that the server may be silent."""
DEADLINE = 20.0
"""Seconds that one answer may take in all, however slowly it drips."""
MAX_BODY = 4 * 1024 * 1024
PER_PAGE = 100
MAX_PAGES = 10
_MAX_REDIRECTS = 3
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_VERSION = "2022-11-28"


class _Stay(HTTPRedirectHandler):
    """Follows no redirect: where one leads is looked at first."""

    def redirect_request(self, *arguments: Any, **named: Any) -> None:
        return None


class GitHubApi:
    """The API at one address; the token is sent nowhere else."""

    def __init__(
        self, base: str, token: str, timeout: float = TIMEOUT, deadline: float = DEADLINE
    ) -> None:
        self._base = base.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._deadline = deadline
        # HTTPS_PROXY and NO_PROXY of the environment hold, as they do for git and gh: the
        # proxy sees a tunnel, never the token. Nothing is proxied to this machine itself.
        proxies: dict[str, str] | None = {} if urlsplit(self._base).hostname in _LOOPBACK else None
        handlers = [_Stay()] if proxies is None else [_Stay(), ProxyHandler(proxies)]
        self._opener = build_opener(*handlers)

    @property
    def base(self) -> str:
        """The address of the API."""
        return self._base

    def get(self, path: str) -> Answer:
        """One question; every fault is an answer with its reason."""
        return self._within(lambda: self._follow(self._base + path))

    def listed(self, path: str) -> Answer:
        """All pages of a list; a list without an end is no answer."""
        found: list[Any] = []
        for page in range(1, MAX_PAGES + 1):
            answer = self.get(f"{path}?per_page={PER_PAGE}&page={page}")
            if not answer.good:
                return answer
            if not isinstance(answer.data, list):
                return Answer(None, reason="the answer is no list")
            found += answer.data
            if len(answer.data) < PER_PAGE:
                return Answer(200, found)
        return Answer(None, reason=f"more than {MAX_PAGES * PER_PAGE:,} items")

    def _within(self, question: Callable[[], Answer]) -> Answer:
        """Ask in a thread: a socket's own timeout starts again with every byte that drips in."""
        answers: list[Answer] = []
        asking = threading.Thread(target=lambda: answers.append(question()), daemon=True)
        asking.start()
        asking.join(self._deadline)
        late = Answer(None, reason=f"no answer within {self._deadline:g} seconds")
        return answers[0] if answers else late

    def _follow(self, address: str) -> Answer:
        for _ in range(_MAX_REDIRECTS + 1):
            answer, aim = self._ask(address)
            if aim is None:
                return answer
            address = urljoin(address, aim)
            if not self._ours(address):
                return Answer(answer.status, reason="the API redirects to another address")
        return Answer(None, reason="the API redirects in a circle")

    def _ours(self, address: str) -> bool:
        """Tell whether the token may go there: the same scheme, host and port."""
        try:
            aim, own = urlsplit(address), urlsplit(self._base)
            return (aim.scheme, aim.netloc.lower()) == (own.scheme, own.netloc.lower())
        except ValueError:
            return False

    def _ask(self, address: str) -> tuple[Answer, str | None]:
        request = Request(address, headers=self._headers())
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                body = response.read(MAX_BODY + 1)
                if response.length and len(body) <= MAX_BODY:  # read() alone does not mind
                    return Answer(None, reason="the answer ends in its middle"), None
                return _answer(response.status, body), None
        except HTTPError as error:
            with error:
                aim = error.headers.get("Location") if error.code in _REDIRECTS else None
                return _refusal(error), aim
        except TimeoutError:
            return Answer(None, reason=f"no answer within {self._timeout:g} seconds"), None
        except URLError as error:
            return Answer(None, reason=f"no connection: {_cause(error.reason)}"), None
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Answer(None, reason=f"the connection broke: {_cause(error)}"), None

    def _headers(self) -> dict[str, str]:
        return {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self._token}",
            "User-Agent": f"registrar/{__version__}",
            "X-GitHub-Api-Version": _VERSION,
        }


_REDIRECTS = (301, 302, 303, 307, 308)


def _answer(status: int, body: bytes) -> Answer:
    if len(body) > MAX_BODY:
        return Answer(None, reason=f"the answer is larger than {MAX_BODY:,} bytes")
    try:
        return Answer(status, json.loads(body))
    except (ValueError, RecursionError):
        return Answer(None, reason="the answer is no JSON")


def _refusal(error: HTTPError) -> Answer:
    """A status that is no success, with what the server says about it."""
    message = ""
    try:
        told = json.loads(error.read(64 * 1024))
        message = str(told.get("message", ""))[:200] if isinstance(told, dict) else ""
    except (OSError, ValueError, RecursionError, http.client.HTTPException):
        message = ""
    said = f" ({message})" if message else ""
    return Answer(error.code, {"message": message}, f"the API answers {error.code}{said}")


def _cause(error: object) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    said = getattr(error, "strerror", None) or getattr(error, "verify_message", None)
    return str(said or type(error).__name__)
