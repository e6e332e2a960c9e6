"""The title of a card that stands for another entry: ``# wine 1.1.0`` in wine-1.0.0."""

from __future__ import annotations

import re

from registrar.domain.places import Span
from registrar.domain.versions import EntryName, Version, is_model_name
from registrar.reading.card import Card
from registrar.reading.contradictions import Contradiction

_TITLE = re.compile(
    r"^ {0,3}(?:#[ \t]{1,9})?([a-z0-9_-]{1,64})[ \t]{1,9}([0-9][^\s]{4,200})[ \t#]{0,9}\r?$", re.M
)
"""A line that may be the title of an entry; few cards have one that is not their own."""


def other_title(card: Card, name: EntryName) -> Contradiction | None:
    """The first heading of the first level, where it is name and version of another entry."""
    may_be = any(_other(found[1], found[2], name) for found in _TITLE.finditer(card.text))
    if not may_be:
        return None
    heading = next((one for one in card.markdown.headings if one.level == 1), None)
    words = heading.text.split() if heading is not None else []
    if heading is None or len(words) != 2 or not _other(words[0], words[1], name):
        return None
    span = Span(heading.line, 1, heading.line, len(card.lines[heading.line - 1]) + 1)
    message = f"the title is that of another entry, {words[0]}-{words[1]}"
    hint = f'write "# {name.name} {name.version}", if the rest of the card is about this one'
    return Contradiction(message, hint, span, sure=False)


def _other(name: str, version: str, own: EntryName) -> bool:
    """Tell a name and a version that are not those of the entry; build metadata may be left out."""
    told = Version.parse(version)
    if told is None or not is_model_name(name):
        return False
    return name != own.name or told.precedence != own.version.precedence
