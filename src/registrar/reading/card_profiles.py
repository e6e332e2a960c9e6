"""Profiles of model cards: what a card must say, and what counts as saying nothing.

Profiles are data (``data/card_profiles.json``).
"""

from __future__ import annotations

import json
import pkgutil
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

PROFILES = ("default",)

TO_WRITE = "[to be written]"
"""``registrar add`` writes it where only a person knows; whatever stands beside it, it says that
somebody is still to write there."""

_MARKS = frozenset("[]<>{}|*_!&")
_TEMPLATES = (
    *("information needed", "both direct", "code below", "emissions"),
    *(
        "template",
        "model card",
        "modelcard",
        "lorem",
        " here",
        "fill ",
        "todo",
        "tbd",
        "tba",
        "fixme",
        "n/a",
    ),
)

_WORDS = re.compile(r"[^a-z0-9/…]+")
_MARKUP = re.compile(r"<[^<>]{0,500}>|\{#[^{}]{0,200}\}")
_WORDS_OF_ONE = 6
"""No placeholder has so many different words."""
_LETTERS = re.compile(r"[A-Za-z0-9]+")
_FILLERS = re.compile("[\u115f\u1160\u3164\uffa0]")
"""Letters that show as nothing."""
_PREFIX = re.compile(r"^[0-9]+(?:\.[0-9]+)*[.)]?\s+")


@dataclass(frozen=True, slots=True)
class Section:
    """One section that a profile wants; ``least`` is the number of characters it must say."""

    title: str
    names: frozenset[str]
    least: int
    front_matter: str | None


@dataclass(frozen=True, slots=True)
class Profile:
    """What a card must say, and what counts as saying nothing."""

    sections: tuple[Section, ...]
    placeholders: frozenset[str]
    sentences: frozenset[str]
    patterns: re.Pattern[str]
    """Whole sentences that say nothing, in lower case and without punctuation."""
    titles: Mapping[str, tuple[Section, ...]]
    """Titles and aliases to the sections that they stand for."""

    def names(self, title: str) -> frozenset[str]:
        """The title of a section and its aliases; none where the profile has no such section."""
        return next((s.names for s in self.sections if s.title == title), frozenset())


@cache
def profile_of(name: str) -> Profile:
    """A profile by its name, one of ``PROFILES``."""
    raw = pkgutil.get_data("registrar.reading", "data/card_profiles.json")
    if raw is None:
        raise FileNotFoundError("card_profiles.json")
    data = json.loads(raw)[name]
    sections = tuple(
        Section(
            item["title"],
            frozenset((item["title"], *item["aliases"])),
            item["least"],
            item.get("front_matter"),
        )
        for item in data["sections"]
    )
    names = {name for section in sections for name in section.names}
    return Profile(
        sections,
        frozenset(data["placeholders"]),
        frozenset(data["sentences"]),
        re.compile("|".join(data["patterns"])),
        {name: tuple(s for s in sections if name in s.names) for name in names},
    )


@lru_cache(maxsize=1024)
def normalise(text: str) -> str:
    """A heading as aliases are written: lower case, no numbers in front, no punctuation."""
    text = _MARKUP.sub(" ", text.casefold()).replace("[optional]", " ").replace("(s)", "s")
    text = _PREFIX.sub("", text.replace("&", " and "))
    return " ".join(_WORDS.sub(" ", text).split()).removesuffix(" optional")


def suspect(text: str) -> bool:
    """Tell that a placeholder or a sentence of a template may be in a text: look closer."""
    if not _MARKS.isdisjoint(text):
        return True
    lower = text.lower()
    for words in _TEMPLATES:
        if words in lower:
            return True
    return False


def placeholder(text: str, profile: Profile) -> bool:
    """Tell a text that says nothing: TODO, a bare N/A, something in brackets."""
    bare = text.strip().strip("[](){}<>*_`.!:;- \t").casefold()
    if not bare and text.strip():
        return True
    stripped = text.strip()
    if re.fullmatch(r"\[[^\[\]]*\]|<[^<>@/:]*>|\{\{.*\}\}", stripped):
        return True
    words = _WORDS.sub(" ", bare).split()
    if bare in profile.placeholders or " ".join(words) in profile.placeholders:
        return True
    return bool(words) and all(word in profile.placeholders for word in words)


def template(sentence: str, profile: Profile) -> bool:
    """Tell a sentence of a known template, ours or the hub's."""
    words = " ".join(_WORDS.sub(" ", sentence.casefold()).split())
    if words in profile.sentences or profile.patterns.fullmatch(words):
        return True
    return placeholder(sentence, profile)


def amount(text: str) -> int:
    """How much a text says: its characters as a reader counts them, wide ones twice.

    0 for one that is more than half punctuation, or nothing that shows.
    """
    text = " ".join(_FILLERS.sub("", text).split())
    shown = "".join(char for char in text if char.isprintable())
    letters = sum(map(str.isalnum, shown))
    wide = 0 if shown.isascii() else sum(unicodedata.east_asian_width(c) in "WF" for c in shown)
    return len(shown) + wide if 2 * letters >= len(shown) else 0


def says_plainly(text: str, least: int) -> bool:
    """Tell quickly that a line of text says enough; a yes is sure."""
    if len(text) < max(least, 20) or not text.isascii() or suspect(text):
        return False
    words = _LETTERS.findall(text.lower())
    if 2 * sum(map(len, words)) < len(text) or "  " in text:
        return False
    return len(set(words)) >= _WORDS_OF_ONE
