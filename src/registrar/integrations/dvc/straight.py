"""S3 without redirections: its client follows them to any host, and takes the session token along.

Imported only where S3 is asked.
"""

from __future__ import annotations

from typing import Any

from aiobotocore.httpsession import AIOHTTPSession


class StraightSession(AIOHTTPSession):  # type: ignore[misc] # it has no types
    """Connections that answer with the redirection itself."""

    async def _get_session(self, proxy_url: str | None) -> Any:
        return _Straight(await super()._get_session(proxy_url))


class _Straight:
    """The one method of a client session that is called."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def request(self, *arguments: Any, **options: Any) -> Any:
        return self._session.request(*arguments, **{**options, "allow_redirects": False})
