"""Patterns of ``.gitattributes``: may one match a file below a folder, does one match all of them.

Source: gitattributes(5), gitignore(5), and git's ``wildmatch.c`` and ``dir.c``. git matches bytes,
so that every text here has one character a byte (latin-1). Both answers err on one side only: a
pattern that may match, may not; one that is said to match everything, does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_ONE: Final = "one"
_MANY: Final = "many"
"""Stand for ``?`` or a class, and for ``*``; other parts of a segment are single characters."""
_DEEP: Final = ("**",)
"""A segment that stands for any number of folders."""
_CLASS = re.compile(r"\[[!^]?\]?+[^\]\\\[]*+\]")
_STARS = re.compile(r"\*{2,}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern, in parts."""

    segments: tuple[tuple[str, ...], ...]
    base_name: bool
    """It has no slash, so that it is compared with the name of a file alone."""
    exact: bool
    """False where parts stand for more than what git would match."""
    never: bool
    """It matches no file: one for folders only, or a negative one, which git ignores."""

    def may_match_below(self, folder: Sequence[str] | None) -> bool:
        """Whether a file below a folder may match.

        ``folder`` is the way to it from where the pattern stands; None where the pattern stands
        somewhere below it.
        """
        if self.never:
            return False
        if folder is None or self.base_name:
            return True
        at = self._through(folder, lower=True)
        return any(index < len(self.segments) for index in at)

    def matches_all_below(self, folder: Sequence[str] | None) -> bool:
        """Whether every file below a folder matches, at any depth and by any name."""
        if self.never or folder is None or not self.exact:
            return False
        if self.base_name:
            return self.segments in (((_MANY,),), (_DEEP,))
        at = self._through(folder, lower=False)
        return any(self.segments[index:] in ((_DEEP,), (_DEEP, (_MANY,))) for index in at)

    def _through(self, folder: Sequence[str], lower: bool) -> set[int]:
        """The segments that may come next when the folder's own way has been matched."""
        at = self._skipped({0})
        for name in folder:
            there = set()
            for index in at:
                if index < len(self.segments):
                    segment = self.segments[index]
                    if segment == _DEEP:
                        there.add(index)
                    elif _fits(segment, name, lower):
                        there.add(index + 1)
            at = self._skipped(there)
        return at

    def _skipped(self, at: set[int]) -> set[int]:
        """With what follows a ``**`` that stands for no folder at all."""
        found = set(at)
        for index in sorted(at):
            here = index
            while here < len(self.segments) and self.segments[here] == _DEEP:
                here += 1
                found.add(here)
        return found


def read_pattern(text: str) -> Pattern:
    """Take a pattern apart; never raises."""
    never = text.startswith("!") or text.endswith("/")
    body = text.removeprefix("!").removesuffix("/")
    segments, exact = _segments(body.removeprefix("/"))
    return Pattern(tuple(segments), "/" not in body, exact, never)


def _segments(text: str) -> tuple[list[tuple[str, ...]], bool]:
    """The segments, and whether they mean exactly what git takes them for."""
    segments: list[tuple[str, ...]] = []
    parts: list[str] = []
    exact, index = True, 0
    while index < len(text):
        char, size = text[index], 1
        if char == "\\":
            if index + 1 == len(text):
                return [*segments, tuple(parts), _DEEP], False
            char, size = text[index + 1], 2
            exact = exact and char != "/"
        elif char == "*" and (stars := _STARS.match(text, index)) is not None:
            index = stars.end()
            if parts or text[index : index + 1] not in ("", "/"):
                # after a plain beginning git lets these stars cross slashes, elsewhere not
                return [*segments, (*parts, _MANY), _DEEP], False
            segments.append(_DEEP)
            index += 1
            continue
        elif char == "[":
            found = _CLASS.match(text, index)
            if found is None:
                return [*segments, (*parts, _MANY), _DEEP], False
            exact, char, size = False, _ONE, len(found[0])
        elif char in "?*":
            char = _ONE if char == "?" else _MANY
        index += size
        if char == "/":
            segments.append(tuple(parts))
            parts = []
        else:
            parts.append(char)
    if parts or not segments or segments[-1] != _DEEP or text.endswith("/"):
        segments.append(tuple(parts))
    return segments, exact


def _fits(segment: tuple[str, ...], name: str, lower: bool) -> bool:
    """Whether one segment matches one name."""
    if lower:
        name = name.lower()
    at = {0}
    for part in segment:
        if part == _MANY:
            at = set(range(min(at), len(name) + 1))
        elif part == _ONE:
            at = {index + 1 for index in at if index < len(name)}
        else:
            wanted = part.lower() if lower else part
            at = {index + 1 for index in at if name[index : index + 1] == wanted}
        if not at:
            return False
    return len(name) in at
