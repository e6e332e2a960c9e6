"""Profiles of model cards: what a card must say, and what counts as saying nothing.

Profiles are data (``data/card_profiles.json``).
"""

from __future__ import annotations

import json
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

PROFILES = ("default",)

_MARKS = frozenset("[]<>{}|*_!")
_TEMPLATES = (
    *("information needed", "both direct", "code below", "emissions"),
    *("template", "model card", "modelcard"),
)

_WORDS = re.compile(r"[^a-z0-9/…]+")
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
    titles: Mapping[str, tuple[Section, ...]]
    """Titles and aliases to the sections that they stand for."""


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
        {name: tuple(s for s in sections if name in s.names) for name in names},
    )


@lru_cache(maxsize=1024)
def normalise(text: str) -> str:
    """A heading as aliases are written: lower case, no numbers in front, no punctuation."""
    text = _PREFIX.sub("", text.casefold().replace("[optional]", " ").replace("&", " and "))
    return " ".join(_WORDS.sub(" ", text).split())


def suspect(text: str) -> bool:
    """Tell that a placeholder or a sentence of a template may be in a text: look closer."""
    if not _MARKS.isdisjoint(text):
        return True
    lower = text.lower()
    return any(words in lower for words in _TEMPLATES)


def placeholder(text: str, profile: Profile) -> bool:
    """Tell a text that says nothing: TODO, a bare N/A, something in brackets."""
    bare = text.strip().strip("[](){}<>*_`.!:;- \t").casefold()
    if not bare and text.strip():
        return True
    stripped = text.strip()
    if re.fullmatch(r"\[[^\[\]]*\]|<[^<>@/:]*>|\{\{.*\}\}", stripped):
        return True
    words = " ".join(_WORDS.sub(" ", bare).split())
    return bare in profile.placeholders or words in profile.placeholders


def template(sentence: str, profile: Profile) -> bool:
    """Tell a sentence of a known template, ours or the hub's."""
    words = " ".join(_WORDS.sub(" ", sentence.casefold()).split())
    return words in profile.sentences or placeholder(sentence, profile)
