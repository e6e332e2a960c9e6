"""Model cards: whether the sections of a profile are there and say something.

``read`` first tries to tell quickly that nothing is wrong; ``card_sections`` judges the others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from registrar.reading.card_profiles import (
    Profile,
    Section,
    normalise,
    placeholder,
    profile_of,
    says_plainly,
    suspect,
)
from registrar.reading.documents import Flaw
from registrar.reading.markdown_document import STARTS, without_closing

_COMPLEX = ("```", "~~~", "<", "\t", "\r", "\\")
_INDENTED = re.compile(r"\n(?: +#| {0,3}(?:=+|-+) *(?:\n|\Z))")
_HEADING = re.compile(r"\n#{1,6}(?: (.*)|(?=\n|\Z))")


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that is wrong with the sections of a card, by place."""

    problems: tuple[Flaw, ...]


def read(text: str, profile: str = "default") -> Card:
    """Read and judge a card; never raises on any text. ``profile`` is one of ``PROFILES``."""
    wanted = profile_of(profile)
    if _plainly_fine(text, wanted):
        return Card(())
    from registrar.reading.card_sections import judge  # most cards of a large registry are fine

    return Card(judge(text, wanted))


def _plainly_fine(text: str, profile: Profile) -> bool:
    """Tell quickly that ``judge`` would find nothing: a yes is sure, a no means look closer.

    Sure is a card without fences, HTML, underlined or indented headings, whose sections each
    begin with text that cannot be of any template.
    """
    text = "\n" + text
    for mark in _COMPLEX:
        if mark in text:
            return False
    if _INDENTED.search(text):
        return False
    fine: set[str] = set()
    titles: tuple[Section, ...] = ()  # what the heading before stands for
    begin = 0
    for heading in _HEADING.finditer(text):
        if titles:
            fine |= _fine(text[begin : heading.start()], titles, profile)
        titles = _stands_for(heading[1] or "", profile)
        begin = heading.end()
    if titles:
        fine |= _fine(text[begin:], titles, profile)
    return len(fine) == len(profile.sections)


def _stands_for(heading: str, profile: Profile) -> tuple[Section, ...]:
    return profile.titles.get(normalise(without_closing(heading)), ())


def _fine(body: str, sections: tuple[Section, ...], profile: Profile) -> set[str]:
    """The titles of those sections that a body says plainly enough for."""
    body = body.strip("\n")
    first = body.partition("\n")[0]
    return {s.title for s in sections if _says_plainly(first, body, s, profile)}


def _says_plainly(first: str, body: str, section: Section, profile: Profile) -> bool:
    if not first or first[0] in STARTS:
        return False
    if says_plainly(first, section.least):
        return True
    short = section.least == 1 and first == body and first.isascii()
    return short and first[0].isalnum() and not suspect(first) and not placeholder(first, profile)
