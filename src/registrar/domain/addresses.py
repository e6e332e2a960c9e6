"""Addresses that may hold secrets, and how they are shown and written."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

_SECRET = re.compile(r"(?:token|sig|secret|credential|key|password|auth)[^=&]*=", re.IGNORECASE)
"""In the query of an address that was signed for somebody."""
_PLACE = re.compile(r"([^/?#]*)([^?#]*)")
"""Host with user and port, and path, of what may be no valid address."""


def without_secrets(url: str) -> str:
    """An address without password, token, query and fragment; what is no address stays.

    The user of an ssh address stays: it is no secret, and git needs it.
    """
    scheme, sign, rest = url.partition("://")
    place = _PLACE.match(rest)
    if not sign or place is None:
        return url
    user, at, host = place[1].rpartition("@")
    if scheme.lower() != "ssh":
        user = at = ""
    return f"{scheme}://{user.partition(':')[0]}{at}{host}{place[2]}".rstrip("/")


def holds_secret(url: str) -> bool:
    """Tell whether an address names a user, or was signed for somebody."""
    parts = _parts(url)
    if parts is None:
        return "@" in url
    return "@" in parts.netloc or bool(_SECRET.search(parts.query))


def shown(url: str) -> str:
    """An address as it may be printed."""
    return without_secrets(url) if holds_secret(url) else url


def _parts(url: str) -> SplitResult | None:
    """None for what is no URL."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
