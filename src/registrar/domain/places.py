"""Where something stands: routes into documents, spans of text, places in the repository."""

from __future__ import annotations

from dataclasses import dataclass

Route = tuple[str | int, ...]
"""Keys and list positions from the top of a document, e.g. ``("source", "commit")``."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text: 1-based lines and columns in characters, the end column exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


TOP = Span(1, 1, 1, 1)
"""The start of a document, for what is wrong with the whole of it."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A path from the top of the repository and, where the file is text, a span in it."""

    path: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class At:
    """Where a rule points: a file of the entry and a route in it, or an explicit span.

    ``path`` is relative to the entry's folder, "" for the folder itself; with ``absolute``
    it is relative to the top of the repository.
    """

    path: str = ""
    route: Route = ()
    span: Span | None = None
    absolute: bool = False


def dotted(route: Route) -> str:
    """Write a route as people do: ``files[0].sha256``."""
    text = ""
    for step in route:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
