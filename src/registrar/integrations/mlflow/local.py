"""Tracking URIs that name a place on this machine: databases of SQLite, and folders."""

from __future__ import annotations

import os
from urllib.parse import unquote

_WORDS = ("databricks", "databricks-uc", "uc")
"""Names of servers without an address."""


def local_place(uri: str) -> str | None:
    """The absolute path that a tracking URI names; None for a server.

    Sources: SQLAlchemy 2, "SQLite: connect strings"; MLflow 3, "where runs are recorded".
    """
    scheme, sign, rest = uri.partition(":")
    scheme = scheme.lower()
    if not sign:
        return None if uri in _WORDS else os.path.abspath(uri)
    if scheme.partition("+")[0] != "sqlite" and scheme != "file":
        return None
    path = rest.partition("?")[0].partition("#")[0]
    if scheme == "file":
        path = path.removeprefix("//").removeprefix("localhost")
    else:
        path = path.removeprefix("///")
    return os.path.normpath(os.path.join(os.getcwd(), unquote(path)))
