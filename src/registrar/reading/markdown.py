"""A block-level Markdown reader: which headings a document has, and what stands under them.

CommonMark 0.31 block structure without inlines: containers (quotes, list items), fences,
indented code, the seven kinds of HTML blocks, ATX and setext headings. Only headings at the top
level count, as a reader of the page sees them. Linear in the length of the text; held against
markdown-it-py by ``tests/reading/test_markdown_differential.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from registrar.reading.front_matter import breaks, split
from registrar.reading.html_blocks import html_end, html_start
from registrar.reading.markdown_document import (
    STARTS,
    Heading,
    Kind,
    Line,
    Markdown,
    without_closing,
)

_BULLETS = ("- ", "* ", "+ ")

MAX_CONTAINERS = 32
"""Quotes and lists nested deeper are read as text."""

_ATX = re.compile(r"(#{1,6})(?:[ \t]+|$)")
_FENCE = re.compile(r"(`{3,})[^`]*$|(~{3,})")
_SETEXT = re.compile(r"(=+|-+)[ \t]*$")
_RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_MARKER = re.compile(r"(?:[-+*]|([0-9]{1,9})[.)])(?=[ \t]|$)")
_DEFINITION = re.compile(r" {0,3}\[[^\[\]]{1,999}\]:[ \t]*(?:<[^<>]*>|\S+)[ \t]*(?:[\"'(].*)?$")
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])?")
_MARKS = re.compile(r"\\([!-/:-@\[-`{-~])|[*`]|(?<!\w)_++|(?<!_)_++(?!\w)")
_INLINE = re.compile(r"[\[\]\\*`_]")


def read_markdown(text: str) -> Markdown:
    """Read a document; never raises. Line numbers are those of the whole file."""
    front = split(text)
    matter = tuple(front.text.splitlines()) if front else ()
    if front is None:
        return read_body(text.removeprefix("\ufeff"), 1)
    body = text[front.end :]
    return read_body(body, breaks(text[: front.end]) + 1, matter)


def read_body(body: str, first: int, matter: tuple[str, ...] = ()) -> Markdown:
    """Read a document without front matter, or a part between top-level headings.

    ``first`` is the number of its first line.
    """
    body = body.replace("\r\n", "\n").replace("\r", "\n")
    reader = _Reader(first)
    for raw in body.split("\n"):
        if reader.quickly(raw):
            continue
        reader.line(raw.expandtabs(4) if "\t" in raw else raw)
    return Markdown(matter, tuple(reader.headings), tuple(reader.lines))


def plain(text: str) -> str:
    """A heading's or paragraph's text without links, emphasis, code marks and escapes."""
    if not _INLINE.search(text):
        return text.strip()
    text = _LINK.sub(r"\1", text)
    return _MARKS.sub(r"\1", text).strip()


@dataclass(slots=True)
class _Container:
    """An open quote (width 0) or list item, whose content begins ``width`` columns in."""

    width: int
    filled: bool = True
    bullet: bool = False
    """True for a bullet in the first column with text behind it."""


class _Reader:
    """The state of CommonMark's block phase: open containers and the open leaf."""

    __slots__ = ("fence", "headings", "html", "leaf", "lines", "number", "open", "paragraph")

    def __init__(self, first: int) -> None:
        self.number = first - 1
        self.open: list[_Container] = []
        self.leaf = ""  # "", "paragraph", "fence", "html" or "code"
        self.fence = ""
        self.html = 0
        self.paragraph: list[str] = []
        self.headings: list[Heading] = []
        self.lines: list[Line] = []

    def quickly(self, text: str) -> bool:
        """Take the lines that most cards are made of without the whole algorithm.

        Plain text and blank lines at the top level, headings and bullets in the first column,
        blank lines in a list; False for everything else. Changes nothing but the speed.
        """
        leaf, char = self.leaf, text[:1]
        if leaf and leaf != "paragraph":
            return False
        if char == "#" and (atx := _ATX.match(text)) and "\t" not in text:
            self.number += 1
            self.open.clear()
            self._heading(without_closing(text[atx.end() :]), len(atx[1]), self.number)
            return True
        kind, listed, begins = Kind.TEXT, False, leaf == ""
        if not text:
            if len(self.open) > 1 or (self.open and not self.open[0].bullet):
                return False
            self.leaf, kind, listed = "", Kind.BLANK, bool(self.open)
        elif text[:2] in _BULLETS and text[2:3] not in STARTS and "\t" not in text:
            self.open, text = [_Container(2, bullet=True)], text[2:]
            listed = begins = True
            self.leaf, self.paragraph = "paragraph", [text]
        elif self.open or char in STARTS or "\t" in text:
            return False
        elif leaf:
            self.paragraph.append(text)
        else:
            self.leaf, self.paragraph = "paragraph", [text]
        self.number += 1
        self.lines.append(Line(self.number, text, kind, listed, begins))
        return True

    def line(self, text: str) -> None:
        """Take the next line."""
        self.number += 1
        rest, matched = self._continue(text)
        if matched == len(self.open) and self._inside_leaf(rest):
            return
        if self.leaf in ("fence", "html", "code"):
            self.leaf = ""
        self._start(rest, matched)

    def _continue(self, text: str) -> tuple[str, int]:
        """Match the line against the open containers: (what is left of it, how many match)."""
        matched = 0
        for container in self.open:
            stripped = text.lstrip(" ")
            indent = len(text) - len(stripped)
            if container.width:
                if stripped and indent < container.width:
                    break
                if not stripped and not container.filled:
                    break
                text = text[container.width :]
                container.filled = True
            elif indent <= 3 and stripped.startswith(">"):
                text = stripped[2:] if stripped[1:2] == " " else stripped[1:]
            else:
                break
            matched += 1
        return text, matched

    def _inside_leaf(self, rest: str) -> bool:
        """Let an open fence, HTML block or indented code take the line."""
        stripped = rest.lstrip(" ")
        indent = len(rest) - len(stripped)
        if self.leaf == "fence":
            run = stripped.rstrip()
            closes = indent <= 3 and len(run) >= len(self.fence) and not run.strip(self.fence[0])
            self._add(rest, Kind.FENCE if closes else Kind.CODE)
            self.leaf = "" if closes else "fence"
            return True
        if self.leaf == "html":
            if self.html >= 6 and not stripped:
                return False
            self._add(rest, Kind.HTML)
            if html_end(self.html, rest):
                self.leaf = ""
            return True
        if self.leaf == "code" and (indent >= 4 or not stripped):
            self._add(rest, Kind.CODE if stripped else Kind.BLANK)
            return True
        return False

    def _start(self, rest: str, matched: int) -> None:
        """Open the blocks that begin on this line."""
        while True:
            stripped = rest.lstrip(" ")
            indent = len(rest) - len(stripped)
            whole = matched == len(self.open)
            continues = self.leaf == "paragraph"
            if not stripped:
                self._close(matched)
                self.leaf = ""
                self._add("", Kind.BLANK)
                return
            if indent >= 4:
                if continues:
                    break
                self._close(matched)
                self.leaf = "code"
                self._add(rest, Kind.CODE)
                return
            if stripped[0] == ">" and len(self.open) < MAX_CONTAINERS:
                self._close(matched)
                self.open.append(_Container(0))
                rest = stripped[2:] if stripped[1:2] == " " else stripped[1:]
            elif self._leaf_block(rest, stripped, matched, continues, whole):
                return
            else:
                inner = self._item(stripped, indent, matched, continues and whole)
                if inner is None:
                    break
                rest = inner
            self.leaf, matched = "", len(self.open)
        self._paragraph(rest, matched)

    def _leaf_block(
        self, rest: str, stripped: str, matched: int, continues: bool, whole: bool
    ) -> bool:
        """Headings, fences, HTML and thematic breaks; True where the line is one."""
        char = stripped[0]
        if char == "#" and (atx := _ATX.match(stripped)):
            self._close(matched)
            self._heading(without_closing(stripped[atx.end() :]), len(atx[1]), self.number)
        elif char in "`~" and (fence := _FENCE.match(stripped)):
            self._close(matched)
            self.leaf, self.fence = "fence", fence[1] or fence[2]
            self._add(rest, Kind.FENCE)
        elif char == "<" and (kind := html_start(stripped, continues)):
            self._close(matched)
            self.leaf = "" if html_end(kind, stripped) else "html"
            self.html = kind
            self._add(rest, Kind.HTML)
        elif continues and whole and char in "=-" and self._setext(stripped):
            pass
        elif char in "*-_" and _RULE.match(stripped):
            self._close(matched)
            self.leaf = ""
            self._add(rest, Kind.RULE)
        else:
            return False
        return True

    def _setext(self, stripped: str) -> bool:
        """An underline below a paragraph."""
        if not _SETEXT.match(stripped):
            return False
        first = self.number - len(self.paragraph)
        text = " ".join(line.strip() for line in self.paragraph)
        for index in range(len(self.paragraph)):
            old = self.lines[-1 - index]
            self.lines[-1 - index] = old._replace(kind=Kind.HEADING)
        self._heading(text, 1 if stripped[0] == "=" else 2, first)
        return True

    def _item(self, stripped: str, indent: int, matched: int, interrupts: bool) -> str | None:
        """A list item's marker: what follows it, or None where there is none."""
        marker = _MARKER.match(stripped)
        if marker is None or len(self.open) >= MAX_CONTAINERS:
            return None
        after = stripped[marker.end() :]
        content = after.lstrip(" ")
        if interrupts and (not content or marker[1] not in (None, "1")):
            return None
        spaces = len(after) - len(content)
        spaces = 1 if not content or spaces > 4 else spaces
        self._close(matched)
        self.open.append(_Container(indent + marker.end() + spaces, filled=bool(content)))
        return after[spaces:]

    def _paragraph(self, rest: str, matched: int) -> None:
        """Text: it goes on with the open paragraph, lazily too, or begins one."""
        begins = self.leaf != "paragraph"
        if begins:
            self._close(matched)
            if _DEFINITION.match(rest):  # a block of its own, below which text begins anew
                self._add(rest, Kind.DEFINITION)
                return
            self.leaf, self.paragraph = "paragraph", []
        self.paragraph.append(rest)
        self._add(rest, Kind.TEXT, begins)

    def _heading(self, text: str, level: int, first: int) -> None:
        self.leaf = ""
        self._add(text if first == self.number else "", Kind.HEADING, begins=True)
        if not self.open:
            self.headings.append(Heading(plain(text), level, first, self.number))

    def _close(self, matched: int) -> None:
        if matched < len(self.open):
            del self.open[matched:]
            self.leaf = ""

    def _add(self, text: str, kind: Kind, begins: bool = False) -> None:
        listed = any(container.width for container in self.open)
        self.lines.append(Line(self.number, text, kind, listed, begins))
