"""Which licences a section of a card names, told so that ordinary prose is none.

A foreign licence is found strictly: an SPDX id with hyphen and digit (``Apache-2.0``), an id alone
on its line or in code marks (``MIT``), "MIT license", an address of a licence, a name that only
one licence has ("Apache License, Version 2.0"). The licence that is looked for counts as named
by much less: its id anywhere, or the family's name in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from registrar.domain.licences import leaves
from registrar.domain.places import Span
from registrar.reading.hub_licences import hub
from registrar.reading.markdown_document import Kind, Line
from registrar.reading.spdx import SpdxError, parse
from registrar.reading.spdx_list import common_name, common_names, listed

_TOKEN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.+-]*[A-Za-z0-9+])?")
_ADDRESS = re.compile(
    r"(?:spdx\.org/licenses|opensource\.org/licenses?|choosealicense\.com/licenses)/"
    r"([A-Za-z0-9.+-]{1,60})|creativecommons\.org/licenses/([a-z-]{2,12})/([0-9]\.[0-9])"
    r"|apache\.org/licenses/(LICENSE-2\.0)",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)")
_CODE = re.compile(r"(?<!`)`([A-Za-z0-9.+ -]{1,100})`(?!`)")
_LABEL = re.compile(
    r"^[A-Za-z ]{0,20}(?:licen[cs]e|model|weights|checkpoints?)[A-Za-z ]{0,20}:", re.IGNORECASE
)
_WORDED = re.compile(r"\b([A-Za-z0-9-]{2,20})[ -](?i:licen[cs]e)", re.ASCII)
_UNDER = re.compile(
    r"(?i:released|licen[cs]ed|distributed|available|published|offered) (?i:under|as) (?i:the )?"
    r"([A-Z][A-Za-z0-9.+-]{0,30}[A-Za-z0-9])(?=[.,;)]?(?:\s|$))"
    r"|(?<![\w.-])(MIT|ISC)(?= (?:©|\([cC]\)))"
)
_CC = re.compile(
    r"(?:creative[ -]commons[ ,:-]{1,3}attribution|(?<![\w-])cc[- ]by)"
    r"([- ]{1,3}(?:nc|non[- ]?commercial))?"
    r"(?:[- ]{1,3}(sa|nd|share[- ]?alike|no[- ]?deriv\w{0,7}))?"
    r"[ ,-]{1,3}(?:international )?(?:licen[cs]e )?(?:v|version )?([1-4]\.[05])(?![\w.]?\d)",
    re.IGNORECASE,
)
_CC_PARTS = {"s": "-sa", "n": "-nd"}
_FILE_ENDS = re.compile(r"\.(?:txt|md|html)$")
_VERSION_ENDS = re.compile(r"-only$|-or-later$|\+$")
_FAMILIES = {
    "apache": ("apache",),
    "cc": ("creative commons",),
    "gpl": ("general public", "gnu"),
    "lgpl": ("lesser general public", "gnu"),
    "agpl": ("affero", "gnu"),
    "mpl": ("mozilla",),
    "epl": ("eclipse",),
    "eupl": ("european union",),
    "bsd": ("bsd",),
    "ofl": ("open font",),
    "odbl": ("open database",),
}
"""Names in words of families of licences, by the first part of their ids."""


_MOST_FOREIGN = 50


@dataclass(frozen=True, slots=True)
class Named:
    """A licence as a section names it: its id in lower case, and where.

    ``shown`` is what a message calls it, ``literal`` what stands there: perhaps an address.
    """

    id: str
    shown: str
    span: Span
    literal: str


def same_family(name: str) -> str:
    """An id without "or later" and "only", which prose seldom tells."""
    return _VERSION_ENDS.sub("", name.lower())


def named_licences(lines: Sequence[Line], written: Sequence[str]) -> list[Named]:
    """Every licence that the lines name strictly, in order; ``written`` is the whole file."""
    found: list[Named] = []
    for index, line in enumerate(lines):
        if line.kind is Kind.TEXT:
            text = _COMMENT.sub(lambda match: " " * len(match.group()), line.text)
            raw = written[line.number - 1].removesuffix("\r")
            before = len(raw) - len(line.text) if raw.endswith(line.text) else None
            after = lines[index + 1 : index + 2]
            alone = line.begins and not (
                after and after[0].kind is Kind.TEXT and not after[0].begins
            )
            hits = [*_in_line(text), *(_alone(text) if alone else ())]
            for name, shown, start, end in sorted(hits, key=lambda hit: hit[2]):
                span = Span(line.number, 1, line.number, max(len(raw), 1) + 1)
                if before is not None:
                    span = Span(line.number, before + start + 1, line.number, before + end + 1)
                found.append(Named(name, shown, span, text[start:end] or shown))
    return found


_Hit = tuple[str, str, int, int]


def _alone(text: str) -> Iterator[_Hit]:
    """A paragraph of one line that is a licence, perhaps behind "License:"."""
    whole = text.strip().strip("*_`.,; ")
    label = _LABEL.match(whole)
    alone = whole[label.end() :].strip("*_`.,; ") if label else whole
    if alone and len(alone) <= 200:
        start = text.find(alone)
        yield from ((name, alone, start, start + len(alone)) for name in _expression(alone))


def _in_line(text: str) -> Iterator[_Hit]:
    for match in _TOKEN.finditer(text):
        word = _FILE_ENDS.sub("", match.group())
        versioned = "-" in word and any(map(str.isdigit, word))
        if word.lower().startswith("licenseref-") or (versioned and listed(word)):
            yield word.lower(), word, match.start(), match.start() + len(word)
    for match in _CODE.finditer(text):
        yield from ((n, match[1], match.start(1), match.end(1)) for n in _expression(match[1]))
    for match in _ADDRESS.finditer(text):
        name = match[1] or (f"CC-{match[2]}-{match[3]}" if match[2] else "Apache-2.0")
        known = listed(name.rstrip(".").removesuffix(".html").removesuffix("-license"))
        if known:
            yield known.lower(), known, match.start(), match.end()
    for match in chain(_WORDED.finditer(text), _UNDER.finditer(text)):
        word, start = match.group(match.lastindex or 0), match.start(match.lastindex or 0)
        if word.lower() in hub().licences and listed(word) == word:
            yield word.lower(), word, start, start + len(word)
    for match in _CC.finditer(text):
        parts = ("cc-by", "-nc" * bool(match[1]), _CC_PARTS.get((match[2] or "")[:1].lower(), ""))
        if name := listed(f"{''.join(parts)}-{match[3]}"):
            yield name.lower(), match.group(), match.start(), match.end()
    yield from _phrases(text)


def _expression(text: str) -> list[str]:
    """The licences of a text that is an SPDX expression, or a name of one, as a whole."""
    of_hub = hub().licences.get(text.lower())
    if of_hub is not None and not listed(text) and any(not char.isalpha() for char in text):
        return sorted(of_hub)[:1]  # -only and -or-later are one here
    words = text.split()
    if not all(w in ("AND", "OR", "WITH") or _TOKEN.fullmatch(w.strip("()")) for w in words):
        return []
    ids = [word.strip("()") for word in words if word not in ("AND", "OR", "WITH")]
    if not ids or (len(words) > 1 and not all(map(listed, ids))):  # prose: not worth a parse
        name = common_name(text)
        return [name.lower()] if name and listed(name) else []
    if len(words) == 1 and not listed(ids[0]):
        name = common_name(ids[0])
        return [name.lower()] if name and listed(name) and any(map(str.isdigit, text)) else []
    try:
        return [str(leaf).lower() for leaf in leaves(parse(text))]
    except SpdxError:
        return []


@cache
def _phrase_pattern() -> re.Pattern[str]:
    """Names in words that only one licence has: those with a version, or with "license"."""
    names = [
        name
        for name, spdx in common_names().items()
        if listed(spdx) and any(map(str.isdigit, name)) and (" " in name or name[-1].isdigit())
    ]
    names.sort(key=len, reverse=True)
    joined = "|".join(re.escape(name).replace(r"\ ", " ") for name in names)
    return re.compile(rf"(?<![\w.-])(?:{joined})(?![\w+-]|\.[0-9])", re.IGNORECASE)


def _phrases(text: str) -> Iterator[_Hit]:
    for match in _phrase_pattern().finditer(text):
        name = common_name(match.group())
        if name:
            yield name.lower(), match.group(), match.start(), match.end()


def mentions(texts: Iterable[str], licence: str, foreign: Iterable[Named]) -> bool:
    """Tell generously whether texts name a licence (an id in lower case), or may mean it.

    What names a ``foreign`` licence strictly does not count: CC-BY-NC-4.0 is no "cc".
    """
    text = " ".join(texts).lower()
    for other in list(foreign)[:_MOST_FOREIGN]:
        if same_family(other.id) != same_family(licence):
            text = text.replace(other.literal.lower(), " ")
    plain = " ".join(re.sub(r"[^a-z0-9.+]+", " ", text).split())
    name = licence.removeprefix("licenseref-").partition(" with ")[0]
    family = same_family(name)
    ways = [re.sub(r"[^a-z0-9.+]+", " ", way).strip() for way in (name, family)]
    ways += [
        re.sub(r"[^a-z0-9.+]+", " ", common).strip()
        for common, spdx in common_names().items()
        if same_family(spdx) == same_family(licence)
    ]
    first = family.partition("-")[0]
    ways += _FAMILIES.get(first, ())
    return any(re.search(rf"(?<![a-z0-9]){re.escape(way)}(?![a-z0-9])", plain) for way in ways)
