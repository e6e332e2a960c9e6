"""What a read Markdown document is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

STARTS = frozenset(" \t#`~<>=-*_+0123456789[")
"""First characters of everything at the top level but plain text and blank lines."""


def without_closing(title: str) -> str:
    """The text of an ATX heading without the closing run of ``#``."""
    title = title.strip(" \t")
    bare = title.rstrip("#")
    return bare.rstrip(" \t") if not bare or bare[-1] in " \t" else title


class Kind(StrEnum):
    """What a line belongs to; ``TEXT`` is all that is written to be read."""

    TEXT = "text"
    HEADING = "heading"
    CODE = "code"
    FENCE = "fence"
    HTML = "html"
    RULE = "thematic break"
    DEFINITION = "link definition"
    BLANK = "blank"


class Line(NamedTuple):
    """One line: 1-based number, its text without the markers of containers, what it is.

    ``begins`` tells the first line of a paragraph or heading.
    """

    number: int
    text: str
    kind: Kind
    listed: bool = False
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A top-level heading: text without inline markup, level 1 to 6, first and last line."""

    text: str
    level: int
    line: int
    last: int


@dataclass(frozen=True, slots=True)
class Markdown:
    """A document: the lines of its front matter, its top-level headings, all its lines."""

    front_matter: tuple[str, ...]
    headings: tuple[Heading, ...]
    lines: tuple[Line, ...]

    def under(self, heading: Heading) -> list[Line]:
        """The lines from a heading to the next one of the same or a higher level."""
        first = self.lines[0].number
        after = (h for h in self.headings if h.line > heading.line and h.level <= heading.level)
        end = next(after, None)
        return list(self.lines[heading.last - first + 1 : end.line - first if end else None])
