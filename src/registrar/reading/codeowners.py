"""CODEOWNERS as GitHub and GitLab read it: the last pattern that matches a path says who owns it.

Source: docs.github.com, "About code owners". The patterns are gitignore's but for ``!``, ``[ ]``
and ``\\#``, which do not work there; ``dir/*`` does not reach below ``dir``. On GitLab
(docs.gitlab.com, "Syntax of CODEOWNERS file") the same holds within each section, those of one
name being one; nobody has to approve what stands in an optional one, ``^[Name]``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from registrar.reading.documents import decode

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks; the first that is there is the only one that it reads."""
MAX_BYTES = 3 * 1000 * 1000
"""GitHub does not load a larger one."""
MAX_LINES = 20_000
"""More are not looked at here, though GitHub reads them: each may cost every path."""
_ADDRESS = r"[^\s@]{1,100}@[^\s@]{1,255}\.[^\s@]{1,100}"
"""Bounded, because a line may have millions of dots; the parts of an address are shorter still."""
_OWNER = re.compile(
    r"@[A-Za-z0-9][A-Za-z0-9_-]{0,99}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,99})?|" + _ADDRESS
)
_GITLAB_OWNER = re.compile(r"@{1,2}[\w.-]{1,255}(?:/[\w.-]{1,255}){0,20}|" + _ADDRESS)
_SECTION = re.compile(r"(\^?)\[([^\]]+)\](?:\[[0-9]+\])?(?:[ \t]+(.*))?")
_WORD = re.compile(r"(?:\\.|[^ \t\\])+|\\")
_ODD = re.compile(r"[^\S \t]|[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff]")
"""Characters that look like a space or the end of a line, or like nothing."""
_ODD_FAULT = "it has a space or an end of line that is none to GitHub, or a control character"
_MAX_PATTERN = 4_096
"""Characters of a pattern; no path is longer."""
_MAX_DEEP = 4
"""More ``**`` in one pattern are refused: nobody writes them, and they cost time."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a pattern, the owners it gives (none takes them away), where it stands."""

    pattern: str
    owners: tuple[str, ...]
    line: int
    section: str = ""
    """The name of its section of GitLab, in lower case; empty before the first one."""

    def matches(self, path: str) -> bool:
        """Tell whether the pattern is about a path."""
        return _compiled(self.pattern.removeprefix("!")).fullmatch(path) is not None


@dataclass(frozen=True, slots=True)
class Owners:
    """A read CODEOWNERS: its entries in order, and the lines that GitHub would skip."""

    entries: tuple[Entry, ...] = ()
    """In order; exclusions of GitLab are last, because nothing takes them back."""
    skipped: tuple[tuple[int, str], ...] = ()
    """Line number and what is wrong with it."""
    fault: str = ""
    """Why nothing of the file is read."""
    sections: tuple[str, ...] = ()
    """The names of GitLab's sections, in lower case, as their headings stand."""
    optional: frozenset[str] = frozenset()
    """The sections that nobody has to heed."""

    def entry_of(self, path: str, section: str | None = None) -> Entry | None:
        """The entry that decides about a path, or does in a section; None where none matches."""
        asked = (e for e in reversed(self.entries) if section in (None, e.section))
        return next((entry for entry in asked if entry.matches(path)), None)

    def owners_of(self, path: str) -> tuple[str, ...]:
        """Who must review a change of a path; none where nobody must."""
        entry = self.entry_of(path)
        return entry.owners if entry is not None else ()


def read_codeowners(raw: bytes, gitlab: bool = False) -> Owners:
    """Read a CODEOWNERS, with sections and owners as GitLab has them; never raises on any bytes."""
    text, flaw = decode(raw, MAX_BYTES)
    if flaw is not None:
        return Owners(fault=flaw.message)
    entries: list[Entry] = []
    skipped, sections = [], []
    optional: set[str] = set()
    default: tuple[str, ...] = ()
    if text.count("\n") > MAX_LINES:
        return Owners(fault=f"it has more than {MAX_LINES:,} lines")
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        line = line.removesuffix("\r")
        words = _words(line)
        hides = len(line.splitlines()) > 1  # an editor shows lines that GitHub does not see
        if not words and not hides:
            continue
        if hides or any(map(_ODD.search, words)):
            skipped.append((number, _ODD_FAULT))
        elif gitlab and (heading := _SECTION.fullmatch(line.strip(" \t"))):
            sections.append(heading[2].strip().lower())
            optional.update(sections[-1:] if heading[1] else ())
            default = _gitlab_owners(_words(heading[3] or ""))
        else:
            entry = _gitlab_entry(number, words, default) if gitlab else _entry(number, words)
            if isinstance(entry, str):
                skipped.append((number, entry))
            else:
                entries.append(replace(entry, section=sections[-1]) if sections else entry)
    entries.sort(key=lambda entry: entry.pattern.startswith("!"))
    return Owners(tuple(entries), tuple(skipped), "", tuple(sections), frozenset(optional))


def _entry(number: int, words: Sequence[str]) -> Entry | str:
    """A line as GitHub reads it, or why it skips the line."""
    pattern, owners = words[0], words[1:]
    strange = [owner for owner in owners if not _OWNER.fullmatch(owner)]
    if strange:
        return f"{strange[0]} is no @user, @organisation/team or address"
    fault = _pattern_fault(pattern)
    return fault or Entry(pattern, tuple(owners), number)


def _gitlab_entry(number: int, words: Sequence[str], default: tuple[str, ...]) -> Entry | str:
    """A line as GitLab reads it: ``!`` excludes, strange owners count for nothing."""
    plain = words[0].removeprefix("!")
    fault = _pattern_fault(plain)
    owners = () if plain != words[0] else _gitlab_owners(words[1:]) or default
    return fault or Entry(words[0], owners, number)


def _gitlab_owners(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for word in words if _GITLAB_OWNER.fullmatch(word))


def _words(line: str) -> Sequence[str]:
    """The words of a line up to a comment; an escaped space does not end one."""
    words: list[str] = []
    for match in _WORD.finditer(line):
        if match[0].startswith("#"):
            break
        words.append(match[0])
    return words


def _pattern_fault(pattern: str) -> str:
    if pattern.startswith("!"):
        return "'!' does not work in CODEOWNERS"
    if "[" in pattern or "]" in pattern:
        return "'[' and ']' do not work in CODEOWNERS"
    if pattern.startswith("\\#"):
        return "a pattern cannot begin with '#'"
    if len(pattern) > _MAX_PATTERN:
        return f"a pattern of more than {_MAX_PATTERN:,} characters"
    return "too many '**'" if pattern.count("**") > _MAX_DEEP else ""


@lru_cache(maxsize=100_000)
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern as an expression over whole paths."""
    folder_only = pattern.endswith("/")
    body = pattern.strip("/")
    anchored = "/" in pattern.rstrip("/") or pattern == "/"
    segments = [part for part in body.split("/") if part]
    if not segments:
        return re.compile(r"(?!)")
    built = "" if anchored else "(?:.*/)?"
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        if segment == "**":
            built += ".+" if last else "(?:.*/)?"
        else:
            built += _segment(segment) + ("" if last else "/")
    if folder_only:
        built += "/.*"
    elif segments[-1] != "**" and not (segments[-1] == "*" and anchored):
        built += "(?:/.*)?"
    return re.compile(built, re.DOTALL)


def _segment(segment: str) -> str:
    """One part of a pattern; what stands between two stars is taken at its first place for good."""
    parts, index = [""], 0
    while index < len(segment):
        char = segment[index]
        if char == "\\" and index + 1 < len(segment):
            index += 1
            parts[-1] += re.escape(segment[index])
        elif char == "*":
            parts.append("")
        else:
            parts[-1] += "[^/]" if char == "?" else re.escape(char)
        index += 1
    first, *rest = parts
    if not rest:
        return first
    middle = "".join(f"(?>[^/]*?{part})" for part in rest[:-1] if part)
    return f"{first}{middle}[^/]*{rest[-1]}"
