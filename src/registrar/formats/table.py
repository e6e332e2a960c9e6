"""The formats of a report, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from registrar.domain.report import Report
from registrar.formats import json, text

FORMATS: Mapping[str, Callable[[Report, text.Sources], str]] = {
    "json": json.render,
    "text": text.render,
}
"""Format name to its function; ``Sources`` gives the lines of a file for a frame."""
