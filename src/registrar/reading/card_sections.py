"""The sections of a model card, by the whole Markdown reader.

A section is found by its title or an alias among the top-level headings and runs to the next
heading of the same or a higher level. It says nothing where only placeholders, comments, labels
and sentences of known templates are left of it. The mark of ``registrar add`` is told wherever a
page shows it: prose beside it does not take it away.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from registrar.domain.places import TOP, Span
from registrar.reading.card_profiles import (
    TO_WRITE,
    Profile,
    Section,
    amount,
    normalise,
    placeholder,
    says_plainly,
    template,
)
from registrar.reading.documents import Flaw
from registrar.reading.markdown import plain, read_markdown
from registrar.reading.markdown_document import Heading, Kind, Line, Markdown
from registrar.reading.nearest import nearest

_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<(style|script|template)\b.*?(?:</\1>|\Z)"
    r"|<([a-z]{1,10})\s(?:[^<>]{0,200}\s)?hidden\b[^<>]{0,200}>.*?(?:</\2>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
"""What a page does not show."""
_REFERENCE = re.compile(r"(!?)\[([^\[\]]{1,1000})\](?:\[([^\[\]]{0,1000})\]|(?!\())")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]{0,500})?/?>")
_IMAGE = re.compile(
    r"!\[[^\[\]]{0,1000}\](?:\([^()\s][^()]{0,2000}\)|\[[^\[\]]{1,1000}\])|<img\s[^<>]{0,500}\bsrc\s{0,9}=[^<>]{1,500}>",
    re.I,
)
_NO_TEXT = ("null", "true", "false", "yes", "no", "on", "off")
_CELL = re.compile(r"<(?:td|li)\b[^<>]{0,200}>\s{0,50}(?:<[a-z]+>)?\w", re.IGNORECASE)
"""A filled cell of a table, or item of a list, in HTML."""
_LABEL = re.compile(r"^(?:[-+*] +)?(?:\*\*|__)[^*_]{1,80}?:?(?:\*\*|__):?\s*")
_DELIMITER = re.compile(r":?-+:?")
_BRACKETED = re.compile(r"\[[^\[\]]*\](?!\()|<[^<>@/:]*>|\{\{.{0,200}?\}\}")
_MAX_HEADINGS = 20
"""So many headings of one section are looked under."""
_MAX_NEAR = 200
"""So many headings are looked at for one that may be meant for a missing section."""
_MAX_MARKS = 20
"""So many marks of what is left to write are told."""
_SHOWN = (Kind.TEXT, Kind.HTML, Kind.HEADING)
_REASON = 10
"""Characters of a reason why something does not apply."""
_REASONED = re.compile(r"n/?a\b[\s,.:;–—-]*(?:because\b|since\b|as\b)?(.*)", re.I | re.S)


def judge(text: str, wanted: Profile) -> tuple[Flaw, ...]:
    """The flaws of a card's sections, by the whole reader."""
    return judge_read(read_markdown(text), wanted)


def judge_read(markdown: Markdown, wanted: Profile) -> tuple[Flaw, ...]:
    """The flaws of the sections of a card that was read."""
    if not any(line.text.strip() for line in markdown.lines) and not markdown.front_matter:
        hint = "registrar rules card-sections shows the sections to write"
        return (Flaw("the card is empty", hint),)
    headings = [(normalise(heading.text), heading) for heading in markdown.headings]
    problems: list[Flaw] = []
    refused: list[Heading] = []
    for section in wanted.sections:
        if section.front_matter and _in_front_matter(section.front_matter, markdown, wanted):
            continue
        found = [heading for name, heading in headings if name in section.names]
        flaw = _judge(section, found, markdown, wanted) if found else _missing(section, headings)
        problems += [flaw] if flaw else []
        refused += found if flaw else []
    problems += _left_to_write(markdown, refused)
    return tuple(sorted(problems, key=lambda flaw: flaw.span))


def _left_to_write(markdown: Markdown, refused: Sequence[Heading]) -> list[Flaw]:
    """The marks that are left, but for those of sections that are refused anyway."""
    if not any(TO_WRITE in line.text for line in markdown.lines):
        return []
    told = {line.number for heading in refused for line in markdown.under(heading)}
    hint = f"write what is missing there, and take {TO_WRITE} away"
    flaws = []
    text = "\n".join(line.text if line.kind in _SHOWN else "" for line in markdown.lines)
    for line, shown in zip(markdown.lines, _without_unseen(text).split("\n"), strict=True):
        if TO_WRITE in shown.replace(f"`{TO_WRITE}`", "") and line.number not in told:
            span = Span(line.number, 1, line.number, 2)
            flaws.append(Flaw(f"the card still says {TO_WRITE}", hint, span))
    return flaws[:_MAX_MARKS]


def _missing(section: Section, headings: list[tuple[str, Heading]]) -> Flaw:
    title = section.title.capitalize()
    hint = f"add a heading '## {title}' and say it in a sentence or two"
    for name, heading in headings[:_MAX_NEAR]:
        if nearest(name, sorted(section.names)):
            hint = f'write "{title}"'
            message = f'the section "{section.title}" is missing; this may be meant'
            return Flaw(message, hint, Span(heading.line, 1, heading.line, 2))
    return Flaw(f'the section "{section.title}" is missing', hint, TOP)


def _judge(
    section: Section, found: list[Heading], markdown: Markdown, profile: Profile
) -> Flaw | None:
    """The best of all headings that stand for a section decides."""
    labels = _labels(markdown)
    found = found[:_MAX_HEADINGS]
    faults = [_fault(markdown.under(heading), section, profile, labels) for heading in found]
    if None in faults:
        return None
    heading, fault = found[0], faults[0]
    hint = f"say it in at least {section.least} characters, a list, a table or an image; "
    hint += 'or "N/A, because …"'
    if section.least == 1:
        hint = f"say it; {_EXAMPLES.get(section.title, 'one line is enough')}"
    return Flaw(f'the section "{section.title}" {fault}', hint, _span(heading, markdown))


_EXAMPLES = {"license": "an SPDX id is enough", "contact": "an address is enough"}


def _span(heading: Heading, markdown: Markdown) -> Span:
    return Span(heading.line, 1, heading.line, heading.level + len(heading.text) + 2)


def _fault(
    lines: Sequence[Line], section: Section, profile: Profile, labels: frozenset[str]
) -> str | None:
    """What is wrong with the content of a section; None where it says enough."""
    if _plainly_says(lines, section.least):
        return None
    if not any(line.text.strip() for line in lines if line.kind is not Kind.HEADING):
        return "is empty"
    said = placeholders = 0
    paragraphs = list(_paragraphs(lines, labels))
    for listed, text in paragraphs:
        table = _table(text, profile) or bool(_CELL.search(text)) or None
        if table or _IMAGE.search(text):
            return None
        left = _says(text, profile) if table is None else ""
        placeholders += not amount(left) and bool(text.strip())
        size = amount(left)
        if size and (listed or _reasoned(text)):
            return None
        said += size
    said += sum(amount(line.text) for line in lines if line.kind is Kind.CODE)
    if said >= section.least:
        return None
    if said == 0:
        return "holds only a placeholder" if placeholders else "is empty"
    return f"says too little ({said} characters)"


def _plainly_says(lines: Sequence[Line], least: int) -> bool:
    """Tell quickly that a paragraph begins with enough text that cannot be of any template."""
    before: Line | None = None
    for line in lines:
        if line.kind is Kind.HTML:
            return False
        begins = before is None or before.kind is not Kind.TEXT
        if line.kind is Kind.TEXT and begins and len(line.text) >= max(least, 20):
            return says_plainly(line.text, least)
        before = line
    return False


def _labels(markdown: Markdown) -> frozenset[str]:
    """The labels of link reference definitions."""
    found = (_REFERENCE.match(line.text.strip()) for line in markdown.lines)
    kinds = (line.kind for line in markdown.lines)
    return frozenset(
        _label(match[2])
        for match, kind in zip(found, kinds, strict=True)
        if match and kind is Kind.DEFINITION
    )


def _label(text: str) -> str:
    return " ".join(text.casefold().split())


def _resolved(text: str, labels: frozenset[str]) -> str:
    """Reference links whose label is defined, as text and images of their own."""

    def told(match: re.Match[str]) -> str:
        if _label(match[3] or match[2]) not in labels:
            return match.group()
        return f"![{match[2]}](x)" if match[1] else match[2]

    return _REFERENCE.sub(told, text) if labels else text


def _paragraphs(lines: Sequence[Line], labels: frozenset[str]) -> Iterator[tuple[bool, str]]:
    """Paragraphs and single items, with HTML comments taken out: (is in a list, text)."""
    gathered: list[str] = []
    listed = False
    text = "\n".join(_readable(line) for line in lines)
    text = _without_unseen(text)
    text = _resolved(text, labels)
    for line, shown in zip(lines, text.split("\n"), strict=False):
        begins = not shown.strip() or (line.listed and line.kind is Kind.TEXT)
        if begins and gathered:
            yield listed, "\n".join(gathered)
            gathered = []
        if shown.strip():
            listed = line.listed if not gathered else listed
            gathered.append(shown)
    if gathered:
        yield listed, "\n".join(gathered)


def _without_unseen(text: str) -> str:
    return _UNSEEN.sub(lambda match: "\n" * match.group().count("\n"), text)


_TO_DO = re.compile(r"\W{0,4}(?:TODO|TBD|TBA|FIXME)\b")
"""A row that begins so says what somebody is going to say."""


def _readable(line: Line) -> str:
    return line.text if line.kind in (Kind.TEXT, Kind.HTML) else ""


def _says(text: str, profile: Profile) -> str:
    """What is left of a paragraph without labels, placeholders and sentences of templates."""
    left = []
    for row in text.split("\n"):
        if _TO_DO.match(row):
            continue
        row = _TAG.sub(" ", _LABEL.sub("", row.strip()))
        if placeholder(row, profile):
            continue
        left.append(_BRACKETED.sub(lambda m: _unless_placeholder(m, profile), row))
    sentences = re.split(r"(?<=[.!?])\s+", plain(html.unescape(" ".join(left))))
    kept = [s for s in sentences if s.strip() and not template(s, profile)]
    return " ".join(kept).strip()


def _unless_placeholder(match: re.Match[str], profile: Profile) -> str:
    inner = match.group()
    return "" if inner[0] in "<{" or placeholder(inner, profile) else inner


def _reasoned(text: str) -> bool:
    """Tell "N/A, because …", which is an answer, from a bare "N/A"."""
    found = _REASONED.match(text.strip())
    return found is not None and amount(found[1]) >= _REASON


def _table(text: str, profile: Profile) -> bool | None:
    """Tell a table with something in a body row from an empty one; None for no table."""
    rows = text.split("\n")
    for index in range(1, len(rows)):
        if "|" in rows[index - 1] and _delimits(rows[index]):
            cells = [cell for row in rows[index + 1 :] for cell in row.split("|")]
            return any(cell.strip() and not placeholder(cell, profile) for cell in cells)
    return None


def _delimits(row: str) -> bool:
    """Tell the row of dashes below the head of a table."""
    cells = [cell.strip() for cell in row.strip().strip("|").split("|")]
    return all(_DELIMITER.fullmatch(cell) for cell in cells)


def _in_front_matter(key: str, markdown: Markdown, profile: Profile) -> bool:
    for index, line in enumerate(markdown.front_matter):
        name, colon, value = line.partition(":")
        if colon and name.strip().strip("\"'") == key and name[:1].strip():
            value = value.partition(" #")[0].strip() or _first_item(markdown.front_matter, index)
            value = value.strip("\"'[] ")
            plain_text = value[:1].isalnum() and value.lower() not in _NO_TEXT
            return plain_text and not placeholder(value, profile)
    return False


def _first_item(lines: Sequence[str], index: int) -> str:
    """The first item of a list that begins below a key."""
    below = lines[index + 1].strip() if index + 1 < len(lines) else ""
    return below.removeprefix("-").strip() if below.startswith("- ") else ""
