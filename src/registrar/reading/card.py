"""Model cards: whether the sections of a profile are there and say something.

``read`` first tries to tell quickly that nothing is wrong; ``card_sections`` judges the others.
The same outline of a plainly written card gives single sections without reading all of it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from registrar.reading.card_profiles import (
    TO_WRITE,
    Profile,
    Section,
    normalise,
    placeholder,
    profile_of,
    says_plainly,
    suspect,
)
from registrar.reading.documents import Document, Flaw, lines_of
from registrar.reading.front_matter import FrontMatter, breaks, read_front_matter, split
from registrar.reading.markdown_document import STARTS, Line, Markdown, without_closing
from registrar.reading.once import once

_COMPLEX = ("```", "~~~", "<", "\t", "\r", "\\")
_INDENTED = re.compile(r"\n(?: +#| {0,3}(?:=+|-+) *(?:\n|\Z))")
_HEADING = re.compile(r"\n(#{1,6})(?: (.*)|(?=\n|\Z))")
_MARKED = frozenset("[]*`_")
_SHORT = 200
_MAX_PARTS = 20
"""So many headings of one section are looked under."""


class _Part(NamedTuple):
    """A heading of a plainly written card: its name and level, where its body is in the text."""

    name: str
    level: int
    start: int
    end: int


class Card:
    """A model card as read: everything wrong with its sections by place, and what it says."""

    def __init__(self, text: str, profile: str = "default") -> None:
        self.text = text
        self._profile = profile_of(profile)
        self.front: FrontMatter | None = split(text)
        body = self.front.end if self.front else 0
        self._before = breaks(text[:body]) if body else 0
        self._body = "\n" + text[body:].removeprefix("\ufeff")
        self._parts = _outline(self._body)

    @once
    def problems(self) -> tuple[Flaw, ...]:
        """Everything that is wrong with the sections, by place."""
        if self._parts and _all_fine(self._body, self._parts, self._profile):
            return ()
        from registrar.reading.card_sections import judge_read  # most of a large registry are fine

        return judge_read(self.markdown, self._profile)

    @once
    def markdown(self) -> Markdown:
        """The whole card, read block by block."""
        from registrar.reading.markdown import read_markdown  # most cards need parts of it only

        return read_markdown(self.text)

    @once
    def front_document(self) -> Document | None:
        """The front matter as a document; None where there is none, or nothing in it."""
        if self.front is None or not self.front.says_something:
            return None
        return read_front_matter(self.front)

    @property
    def lines(self) -> list[str]:
        """The lines of the file as they are written."""
        return lines_of(self.text)

    def quick_text(self, title: str) -> str | None:
        """All text below the headings of a section; None where only the reader can tell."""
        if self._parts is None:
            return None
        return "\n".join(self._body[start:end] for start, end in self._spans(title))

    def section(self, title: str) -> list[Line]:
        """The lines below the headings that stand for a section of the profile, in order."""
        if self._parts is None:
            return self._section(title)
        from registrar.reading.markdown import read_body  # only where a section is looked into

        found: list[Line] = []
        for start, end in self._spans(title):
            first = self._before + self._body.count("\n", 0, start + 1)
            if end > start:
                found += read_body(self._body[start + 1 : end], first).lines
        return found

    def _spans(self, title: str) -> list[tuple[int, int]]:
        """Where the bodies of a section begin and end, those inside another left out."""
        spans: list[tuple[int, int]] = []
        parts, names = self._parts or [], self._profile.names(title)
        for index, part in enumerate(parts):
            if part.name not in names or (spans and part.start < spans[-1][1]):
                continue
            following = zip(parts[index:], parts[index + 1 :], strict=False)
            ends = (last.end for last, after in following if after.level <= part.level)
            spans.append((part.start, next(ends, parts[-1].end)))
            if len(spans) == _MAX_PARTS:
                break
        return spans

    def _section(self, title: str) -> list[Line]:
        found: list[Line] = []
        names = self._profile.names(title)
        headings = [h for h in self.markdown.headings if normalise(h.text) in names]
        for heading in headings[:_MAX_PARTS]:
            if not found or heading.line > found[-1].number:
                found += self.markdown.under(heading)
        return found


def read(text: str, profile: str = "default") -> Card:
    """Read a card; never raises on any text. ``profile`` is one of ``PROFILES``."""
    return Card(text, profile)


def _outline(text: str) -> list[_Part] | None:
    """The headings of a card without fences, HTML, underlined or indented headings; else None.

    ``text`` begins with a line end. The top level is plain there: what begins with ``#`` in the
    first column is a heading, nothing else is.
    """
    for mark in _COMPLEX:
        if mark in text:
            return None
    if _INDENTED.search(text):
        return None
    headings = list(_HEADING.finditer(text))
    if not headings:
        return None
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    return [
        _Part(_name(found[2] or ""), len(found[1]), found.end(), end)
        for found, end in zip(headings, ends, strict=True)
    ]


def _name(title: str) -> str:
    """The name of a heading; of a short one it is kept, since cards share most of them."""
    return _kept_name(title) if len(title) <= _SHORT else _any_name(title)


@lru_cache(maxsize=1024)
def _kept_name(title: str) -> str:
    return _any_name(title)


def _any_name(title: str) -> str:
    if _MARKED.isdisjoint(title):
        return normalise(without_closing(title))
    from registrar.reading.markdown import plain  # few headings are marked up

    return normalise(plain(without_closing(title)))


def _all_fine(text: str, parts: list[_Part], profile: Profile) -> bool:
    """Tell quickly that ``judge`` would find nothing: a yes is sure, a no means look closer.

    Sure is a card whose sections each begin with text that cannot be of any template.
    """
    if TO_WRITE in text:
        return False
    fine: set[str] = set()
    for part in parts:
        titles = profile.titles.get(part.name)
        if titles:
            body = text[part.start : part.end].strip("\n")
            first = body.partition("\n")[0]
            for section in titles:
                if _says_plainly(first, body, section, profile):
                    fine.add(section.title)
    return len(fine) == len(profile.sections)


def _plainly_fine(text: str, profile: Profile) -> bool:
    """``_all_fine`` of a card without front matter."""
    parts = _outline("\n" + text)
    return parts is not None and _all_fine("\n" + text, parts, profile)


def _says_plainly(first: str, body: str, section: Section, profile: Profile) -> bool:
    if not first or first[0] in STARTS:
        return False
    if says_plainly(first, section.least):
        return True
    short = section.least == 1 and first == body and first.isascii()
    return short and first[0].isalnum() and not suspect(first) and not placeholder(first, profile)
