"""Tables of GitHub Flavored Markdown, section 4.10, with the place of every cell in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from registrar.domain.places import Span
from registrar.reading.markdown_document import Kind, Line

_CELL = re.compile(r"(?:[^\\|]++|\\.?)*+")
"""Up to the next ``|`` that no backslash escapes; code spans do not matter to a table."""
_LEAD = 4
"""Lines of a paragraph that are looked at, its last ones."""
_DELIMITER = re.compile(r":?-+:?")


class Cell(NamedTuple):
    """The text of a cell without blanks around it, its line, its first column in the file.

    ``column`` is 0 where the line of the file is not the line that was read (tabs).
    """

    text: str
    line: int
    column: int

    def span(self, start: int = 0, length: int | None = None) -> Span:
        """Where the cell, or a part of its text, stands."""
        size = len(self.text) if length is None else length
        first = self.column + start if self.column else 1
        return Span(self.line, first, self.line, first + max(size, 1))


@dataclass(frozen=True, slots=True)
class Table:
    """The head of a table and its rows; a row may have fewer or more cells than the head."""

    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    first: int
    """The number of the line that the head stands on."""
    last: int
    heading: str = ""
    """The nearest heading above it, among the lines that were read."""
    lead: str = ""
    """The paragraph right above it."""


def tables(lines: Sequence[Line], written: Sequence[str]) -> Iterator[Table]:
    """Find the tables in lines that were read; ``written`` are the lines of the whole file."""
    index, heading = 1, ""
    lead: list[str] = []
    while index < len(lines):
        head, below = lines[index - 1], lines[index]
        if not _begins(head, below, written):
            index += 1
            if head.kind is Kind.HEADING:
                heading, lead = head.text, []
            elif head.kind is Kind.TEXT:
                lead = [head.text] if head.begins else [*lead, head.text][-_LEAD:]
            continue
        index += 1
        first = index
        while index < len(lines) and _goes_on(lines[index]):
            index += 1
        rows = tuple(_cells(line, written) for line in lines[first:index])
        last, above = lines[index - 1].number, " ".join(lead)
        yield Table(_cells(head, written), rows, head.number, last, heading, above)
        lead = []
        index += 1


def _begins(head: Line, below: Line, written: Sequence[str]) -> bool:
    """Tell the two lines that a table begins with: a head, and as many cells of dashes."""
    if (
        head.kind is not Kind.TEXT
        or head.text.startswith("    ")
        or not _goes_on(below)
        or "-" not in below.text
    ):
        return False
    if "|" not in below.text or "|" not in head.text:
        return False
    dashes = [cell.text for cell in _cells(below, written)]
    if not all(_DELIMITER.fullmatch(text) for text in dashes):
        return False
    return len(dashes) == len(_cells(head, written))


def _goes_on(line: Line) -> bool:
    return line.kind is Kind.TEXT and not line.begins and not line.text.startswith("    ")


def _cells(line: Line, written: Sequence[str]) -> tuple[Cell, ...]:
    """The cells of a row: without the bars at its ends."""
    text = line.text
    raw = written[line.number - 1].removesuffix("\r") if line.number <= len(written) else ""
    column = len(raw) - len(text) + 1 if raw.endswith(text) else 0
    at = len(text) - len(text.lstrip())
    at += text[at : at + 1] == "|"
    end = len(text.rstrip())
    found = []
    while at <= end:
        match = _CELL.match(text, at, end)
        stop = match.end() if match else end
        inner = text[at:stop]
        shown = inner.strip()
        start = at + len(inner) - len(inner.lstrip())
        if shown or stop < end:
            found.append(Cell(shown, line.number, column + start if column else 0))
        at = stop + 1
    return tuple(found)
