"""The files that a registry gets from us: the same functions write them and look after them."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Mapping

_PLACE = re.compile(r"@([A-Z0-9_]+)@")


def shipped_file(name: str, values: Mapping[str, str] | None = None) -> str:
    """A file of ``files/``, each ``@NAME@`` in it replaced by its value.

    Raises KeyError for a place that has no value, FileNotFoundError for no such file.
    """
    raw = pkgutil.get_data("registrar.app.shipped", f"files/{name}")
    if raw is None:
        raise FileNotFoundError(name)
    given = values or {}
    return _PLACE.sub(lambda place: given[place[1]], raw.decode("utf-8"))
