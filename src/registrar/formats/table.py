"""The formats of a report, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from registrar.domain.report import Report
from registrar.formats.text import Sources

Render = Callable[[Report, Sources], str]

_NAMES = ("concise", "github", "gitlab", "json", "junit", "markdown", "sarif", "text")
"""Each is the file of its name in this folder."""


def _late(name: str) -> Render:
    """The ``render`` of a format, imported when it is used: a check uses one or two of them."""

    def render(report: Report, sources: Sources) -> str:
        written: str = import_module(f"registrar.formats.{name}").render(report, sources)
        return written

    return render


FORMATS: Mapping[str, Render] = {name: _late(name) for name in _NAMES}
"""Format name to its function; ``Sources`` gives the lines of a file for a frame."""
