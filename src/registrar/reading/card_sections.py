"""The sections of a model card, by the whole Markdown reader.

A section is found by its title or an alias among the top-level headings and runs to the next
heading of the same or a higher level. It says nothing where only placeholders, comments, labels
and sentences of known templates are left of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from registrar.domain.places import TOP, Span
from registrar.reading.card_profiles import (
    Profile,
    Section,
    normalise,
    placeholder,
    suspect,
    template,
)
from registrar.reading.documents import Flaw
from registrar.reading.markdown import plain, read_markdown
from registrar.reading.markdown_document import Heading, Kind, Line, Markdown

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]{0,500})?/?>")
_IMAGE = re.compile(
    r"!\[[^\[\]]{0,1000}\](?:\([^()\s][^()]{0,2000}\)|\[[^\[\]]{1,1000}\])|<img\s[^<>]{0,500}>",
    re.I,
)
_LABEL = re.compile(r"^(?:[-+*] +)?(?:\*\*|__)[^*_]{1,80}?:?(?:\*\*|__):?\s*")
_DELIMITER = re.compile(r":?-+:?")
_BRACKETED = re.compile(r"\[[^\[\]]*\](?!\()|<[^<>@/:]*>|\{\{.{0,200}?\}\}")
_REASONED = re.compile(r"n/?a\b[\s,.:;–—-]*(?:because|since|as\b|:|—|–)?(.{10,})", re.I | re.S)


def judge(text: str, wanted: Profile) -> tuple[Flaw, ...]:
    """The flaws of a card's sections, by the whole reader."""
    markdown = read_markdown(text)
    headings = [(normalise(heading.text), heading) for heading in markdown.headings]
    problems = []
    for section in wanted.sections:
        if section.front_matter and _in_front_matter(section.front_matter, markdown, wanted):
            continue
        found = [heading for name, heading in headings if name in section.names]
        flaw = _judge(section, found, markdown, wanted)
        problems += [flaw] if flaw else []
    return tuple(sorted(problems, key=lambda flaw: flaw.span))


def _judge(
    section: Section, found: list[Heading], markdown: Markdown, profile: Profile
) -> Flaw | None:
    """The best of all headings that stand for a section decides."""
    if not found:
        hint = f"add a heading '## {section.title.capitalize()}' and say it in a sentence or two"
        return Flaw(f'the section "{section.title}" is missing', hint, TOP)
    faults = [_fault(_body(heading, markdown), section, profile) for heading in found]
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


def _body(heading: Heading, markdown: Markdown) -> list[Line]:
    """The lines from a heading to the next one of the same or a higher level."""
    first = markdown.lines[0].number
    ends = [h.line for h in markdown.headings if h.line > heading.line and h.level <= heading.level]
    end = ends[0] - first if ends else len(markdown.lines)
    return list(markdown.lines[heading.last - first + 1 : end])


def _fault(lines: Sequence[Line], section: Section, profile: Profile) -> str | None:
    """What is wrong with the content of a section; None where it says enough."""
    if _plainly_says(lines, section.least):
        return None
    if not any(line.text.strip() for line in lines if line.kind is not Kind.HEADING):
        return "is empty"
    said = placeholders = 0
    paragraphs = list(_paragraphs(lines))
    for listed, text in paragraphs:
        table = _table(text, profile)
        if table or _IMAGE.search(text):
            return None
        left = _says(text, profile) if table is None else ""
        placeholders += not left and bool(text.strip())
        if left and (listed or _reasoned(text)):
            return None
        said += len(left)
    said += sum(len(line.text.strip()) for line in lines if line.kind is Kind.CODE)
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
            return not suspect(line.text)
        before = line
    return False


def _paragraphs(lines: Sequence[Line]) -> Iterator[tuple[bool, str]]:
    """Paragraphs and single items, with HTML comments taken out: (is in a list, text)."""
    gathered: list[str] = []
    listed = False
    text = "\n".join(_readable(line) for line in lines)
    text = _COMMENT.sub(lambda match: "\n" * match.group().count("\n"), text)
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


def _readable(line: Line) -> str:
    return line.text if line.kind in (Kind.TEXT, Kind.HTML) else ""


def _says(text: str, profile: Profile) -> str:
    """What is left of a paragraph without labels, placeholders and sentences of templates."""
    left = []
    for row in text.split("\n"):
        row = _TAG.sub(" ", _LABEL.sub("", row.strip()))
        if placeholder(row, profile):
            continue
        left.append(_BRACKETED.sub(lambda m: _unless_placeholder(m, profile), row))
    sentences = re.split(r"(?<=[.!?])\s+", plain(" ".join(left)))
    kept = [s for s in sentences if s.strip() and not template(s, profile)]
    return " ".join(kept).strip()


def _unless_placeholder(match: re.Match[str], profile: Profile) -> str:
    inner = match.group()
    return "" if inner[0] in "<{" or placeholder(inner, profile) else inner


def _reasoned(text: str) -> bool:
    """Tell "N/A, because …", which is an answer, from a bare "N/A"."""
    return _REASONED.match(text.strip()) is not None


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
    for line in markdown.front_matter:
        name, colon, value = line.partition(":")
        value = value.partition(" #")[0].strip().strip("\"'")
        if colon and name.strip() == key and name[:1].strip():
            return bool(value) and not placeholder(value, profile)
    return False
