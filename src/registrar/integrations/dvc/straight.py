"""Clients of remotes without redirections: they follow them to any host, with credentials.

The libraries are imported where a remote of their kind is opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiohttp import TraceConfig


class RedirectionError(Exception):
    """A remote redirects; ``status`` is that of HTTP."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


def straight_s3() -> type[Any]:
    """A class of sessions for the client of S3, which answer with the redirection itself."""
    from aiobotocore.httpsession import AIOHTTPSession

    class Session(AIOHTTPSession):  # type: ignore[misc] # it has no types
        async def _get_session(self, proxy_url: str | None) -> Any:
            return _Straight(await super()._get_session(proxy_url))

    return Session


def straight_http() -> TraceConfig:
    """What makes an error of a redirection, which fsspec takes for an empty file if unfollowed."""
    from aiohttp import TraceConfig

    async def look(session: object, context: object, params: Any) -> None:
        if 300 <= params.response.status < 400:
            params.response.close()
            raise RedirectionError(params.response.status)

    config = TraceConfig()
    config.on_request_end.append(look)
    return config


class _Straight:
    """The one method of a client session that is called."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def request(self, *arguments: Any, **options: Any) -> Any:
        return self._session.request(*arguments, **{**options, "allow_redirects": False})
