"""The YAML block at the top of a model card, between lines of three dashes.

The pattern is the one of the Hugging Face hub and its client: leading white space is allowed, and
the closing line may end the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from registrar.domain.places import Route, Span
from registrar.reading.documents import Document, Flaw, lines_of, unreadable
from registrar.reading.yaml import read_yaml

_FRONT = re.compile(
    r"\A\ufeff?(\s*---(?:\r\n|\r|\n))(.*?)((?:\r\n|\r|\n)---[ \t]*(?:\r\n|\r|\n|\Z))", re.S
)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The text between the dashes, the number of its first line, where the body begins."""

    text: str
    line: int
    end: int

    @property
    def says_something(self) -> bool:
        """Tell a block from an empty one, or one of comments only."""
        return any(line.strip() and line.strip()[0] != "#" for line in self.text.splitlines())


def split(text: str) -> FrontMatter | None:
    """Find the front matter of a document; None where it has none."""
    front = _FRONT.match(text)
    return FrontMatter(front[2], breaks(front[1]) + 1, front.end()) if front else None


def breaks(text: str) -> int:
    """The number of line ends in a text."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def read_front_matter(front: FrontMatter) -> Document:
    """Read it as one strict YAML document; its places are those in the whole card.

    Scalars that a YAML version takes for numbers, dates or truth values are normal there; see
    ``written`` for what stands in the text.
    """
    above = "\n" * (front.line - 1)  # so that every line has its number in the card
    document = read_yaml((above + front.text).encode("utf-8", "replace"), any_keys=True)
    if document.readable and not isinstance(document.data, dict):
        hint = 'write keys and values, such as "license: apache-2.0", or take the dashes away'
        return unreadable(
            document.text, Flaw("it is no mapping of keys to values", hint, document.span(()))
        )
    return document


def written(text: str, span: Span) -> str | None:
    """What stands at a span of one line, without its quotes; None for one of several lines."""
    lines: Sequence[str] = lines_of(text)
    if span.line != span.end_line or span.line > len(lines):
        return None
    found = lines[span.line - 1][span.column - 1 : span.end_column - 1].strip()
    quoted = len(found) > 1 and found[0] == found[-1] and found[0] in "\"'"
    return found[1:-1] if quoted else found


def values(document: Document, key: str) -> list[tuple[object, Route]]:
    """The value of a key, or the items of its list, each with its route; nothing for null."""
    value = document.data.get(key) if isinstance(document.data, dict) else None
    if isinstance(value, list):
        return [(item, (key, index)) for index, item in enumerate(value)]
    return [] if value is None else [(value, (key,))]
