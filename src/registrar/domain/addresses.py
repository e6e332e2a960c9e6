"""Addresses that may hold secrets, and how they are shown and written."""

from __future__ import annotations

import re

_URL = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]*)://(?:([^/?#]*)@)?([^/?#@]+)([^?#]*)(?:[?]([^#]*))?.*", re.DOTALL
)
"""Scheme, user with password, host with port, path, query; also of what a strict reader refuses."""
_SECRET = re.compile(r"(?:token|sig|secret|credential|key|password|auth)[^=&]*=", re.IGNORECASE)
"""In the query of an address that was signed for somebody."""


def without_secrets(url: str) -> str:
    """An address without password, token, query and fragment; what is no address stays.

    The user of an ssh address stays: it is no secret, and git needs it.
    """
    parts = _URL.fullmatch(url)
    if parts is None:
        return url
    scheme, user, host, path, _ = parts.groups()
    kept = f"{user.partition(':')[0]}@" if user and scheme.lower() == "ssh" else ""
    return f"{scheme}://{kept}{host}{path}".rstrip("/")


def holds_secret(url: str) -> bool:
    """Tell whether an address names a user, or was signed for somebody."""
    parts = _URL.fullmatch(url)
    return parts is not None and (parts[2] is not None or bool(_SECRET.search(parts[5] or "")))


def shown(url: str) -> str:
    """An address as it may be printed."""
    return without_secrets(url) if holds_secret(url) else url
