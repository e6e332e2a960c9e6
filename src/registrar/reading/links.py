"""Every link of a card with its place: inline, by definition, in HTML.

Code, front matter and comments hold no links; autolinks are absolute and not looked at. A
definition counts whether or not something refers to it. Known differences from CommonMark: a
definition must stand on one line, and a cell of a table is a text of its own, as on GitHub.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from registrar.domain.places import Span
from registrar.reading.inline import html_links, label_of, links, unescape
from registrar.reading.markdown_document import Kind, Line, Markdown
from registrar.reading.tables import tables

_DEFINITION = re.compile(r" {0,3}\[((?:[^\[\]\\]++|\\.)*+)\]:[ \t]*(?:<([^<>]*)>|(\S+))")


class FoundLink(NamedTuple):
    """The target of a link as a browser reads it, and where the link stands."""

    target: str
    span: Span


def card_links(markdown: Markdown, written: Sequence[str]) -> Iterator[FoundLink]:
    """Find all links; ``written`` are the lines of the whole file."""
    definitions = [m for line in markdown.lines if (m := _defined(line))]
    labels = frozenset(label_of(match[1]) for _, match in definitions)
    for line, match in definitions:
        target = unescape(match[2] if match[2] is not None else match[3])
        yield FoundLink(target, _span(line, match.start(), match.end(), written))
    in_tables: set[int] = set()
    for table in tables(markdown.lines, written):
        in_tables.update(range(table.first, table.last + 1))
        for cell in (cell for row in (table.head, *table.rows) for cell in row):
            for link in links(cell.text, labels):
                yield FoundLink(link.target, cell.span(link.start, link.end - link.start))
    for group in _groups(markdown.lines, in_tables):
        yield from _in_group(group, labels, written)


def _defined(line: Line) -> tuple[Line, re.Match[str]] | None:
    match = _DEFINITION.match(line.text) if line.kind is Kind.DEFINITION else None
    return (line, match) if match else None


def _groups(lines: Sequence[Line], without: set[int]) -> Iterator[list[Line]]:
    """Paragraphs, headings and blocks of HTML, each as its lines."""
    group: list[Line] = []
    for line in lines:
        goes_on = group and line.kind is group[-1].kind and not line.begins
        if group and not goes_on:
            yield group
            group = []
        if line.kind in (Kind.TEXT, Kind.HEADING, Kind.HTML) and line.number not in without:
            group.append(line)
    if group:
        yield group


def _in_group(
    group: Sequence[Line], labels: frozenset[str], written: Sequence[str]
) -> Iterator[FoundLink]:
    text = "\n".join(line.text for line in group)
    if "](" not in text and "<" not in text:
        return
    starts = list(accumulate((len(line.text) + 1 for line in group), initial=0))
    found = html_links(text) if group[0].kind is Kind.HTML else links(text, labels)
    for link in found:
        index = bisect_right(starts, link.start) - 1
        line = group[min(index, len(group) - 1)]
        first = link.start - starts[index]
        end = min(link.end - starts[index], len(line.text))
        yield FoundLink(link.target, _span(line, first, end, written))


@lru_cache(maxsize=8)
def _indent(text: str, raw: str) -> tuple[int, int]:
    """Where the text of a line begins in it, -1 where tabs moved it, and the line's length.

    Kept, since a line of a megabyte may hold a hundred thousand links.
    """
    raw = raw.removesuffix("\r")
    return (len(raw) - len(text) if raw.endswith(text) else -1), len(raw)


def _span(line: Line, start: int, end: int, written: Sequence[str]) -> Span:
    """A stretch of a line; all of it where tabs have moved the columns."""
    before, length = _indent(line.text, written[line.number - 1])
    if before < 0:
        return Span(line.number, 1, line.number, max(length, 1) + 1)
    return Span(line.number, before + start + 1, line.number, before + max(end, start + 1) + 1)
