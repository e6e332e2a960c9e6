"""The links of a paragraph: CommonMark 0.31, sections 6.1 to 6.6, without emphasis.

Code spans, autolinks and HTML tags bind first, then brackets are matched from the inside out.
One pass with a stack: linear in the length of the text, whatever stands in it. Held against
markdown-it-py by ``tests/reading/test_links_differential.py``.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

_SPECIAL = re.compile(r"[\\`<\[\]!]")
_TICKS = re.compile(r"`+")
_AUTOLINK = re.compile(
    r"<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\x00-\x20<>]*|[^\s<>@]{1,64}@[^\s<>]{1,255})>"
)
_ATTRIBUTE = (
    r"\s++[A-Za-z_:][A-Za-z0-9_.:-]*+(?:\s*+=\s*+(?:[^\s\"'=<>`]++|'[^']*+'|\"[^\"]*+\"))?+"
)
_TAG = re.compile(
    rf"<(?:([A-Za-z][A-Za-z0-9-]*+)((?:{_ATTRIBUTE})*+)\s*+/?>|/[A-Za-z][A-Za-z0-9-]*+\s*+>)"
)
_UNSEEN = re.compile(r"<(?:!--|\?|!\[CDATA\[|![A-Za-z])")
_CLOSING = {"<!--": "-->", "<?": "?>", "<![CDATA[": "]]>"}
"""How what a page does not show ends; a declaration by ``>``."""
_TARGET = {
    "a": re.compile(r"[\s\"']href\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'=<>`]++))", re.I),
    "img": re.compile(r"[\s\"']src\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'=<>`]++))", re.I),
}
_POINTED = re.compile(r"<((?:[^<>\n\\]++|\\.)*+)>")
_BARE = re.compile(r"(?:[^\x00-\x20\x7f()\\]++|\\[^\x00-\x20\x7f]|\\)++|[()]")
_TITLE = re.compile(
    r"\"(?:[^\"\\]++|\\.)*+\"|'(?:[^'\\]++|\\.)*+'|\((?:[^()\\]++|\\.)*+\)", re.DOTALL
)
_BLANKS = re.compile(r"[ \t\n]*+")
_LABEL = re.compile(r"\[((?:[^\[\]\\]++|\\.)*+)\]", re.DOTALL)
_ESCAPED = re.compile(
    r"\\([!-/:-@\[-`{-~])|&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z0-9]{1,40});"
)
_MAX_LABEL = 999
_MAX_PARENTHESES = 8
"""In a target; CommonMark wants three at least, and every bracket may begin one."""
_MAX_TAG = 5_000
"""A longer tag is text."""


class Link(NamedTuple):
    """A link or an image: its target as a browser reads it, and where it is written."""

    target: str
    start: int
    end: int


class _Opener(NamedTuple):
    start: int
    content: int
    image: bool


def links(text: str, labels: Collection[str] = ()) -> list[Link]:
    """The inline links, images and HTML links of a paragraph or heading, in order.

    Reference links are none: their definitions are judged. ``labels`` are those defined, folded;
    they matter only because a link cannot lie in another.
    """
    return _Scan(text, labels).run()


def label_of(text: str) -> str:
    """A label as labels are compared."""
    return " ".join(text.split()).casefold()


def unescape(text: str) -> str:
    """A target without backslash escapes and with its character references resolved."""
    return _ESCAPED.sub(lambda m: m[1] or html.unescape(m.group()), text)


class _Scan:
    """One pass over a text."""

    def __init__(self, text: str, labels: Collection[str]) -> None:
        self.text = text
        self.labels = labels
        self.stack: list[_Opener] = []
        self.dead = 0
        """Openers of links below this depth are inactive: a link was found inside them."""
        self.found: list[Link] = []
        self.ticks: dict[int, list[int]] | None = None
        self.unclosed: set[str] = set()

    def run(self) -> list[Link]:
        text, at = self.text, 0
        while match := _SPECIAL.search(text, at):
            start, char = match.start(), match.group()
            at = start + 1
            if char == "\\":
                at += 1
            elif char == "`":
                at = self._code(start)
            elif char == "<":
                at = self._angle(start)
            elif char == "]":
                at = self._close(start)
            elif char == "[":
                self.stack.append(_Opener(start, at, False))
            elif text.startswith("[", at):
                self.stack.append(_Opener(start, at + 1, True))
                at += 1
        return sorted(self.found, key=lambda link: link.start)

    def _code(self, start: int) -> int:
        """Step over a code span, or over the back-ticks that open none."""
        if self.ticks is None:
            self.ticks = defaultdict(list)
            for run in _TICKS.finditer(self.text):
                self.ticks[run.end() - run.start()].append(run.start())
        opening = _TICKS.match(self.text, start)
        size = opening.end() - start if opening else 1
        places = self.ticks.get(size, [])
        index = bisect_left(places, start + size)
        return places[index] + size if index < len(places) else start + size

    def _angle(self, start: int) -> int:
        """Step over an autolink, a tag or a comment; tags of links are looked into."""
        text = self.text
        match = _AUTOLINK.match(text, start)
        if match:
            return match.end()
        tag = _TAG.match(text, start, start + _MAX_TAG)
        if tag:
            self.found += tag_links(tag, start)
            return tag.end()
        unseen = _UNSEEN.match(text, start)
        closing = _CLOSING.get(unseen.group(), ">") if unseen else ""
        if not closing or closing in self.unclosed:
            return start + 1
        end = text.find(closing, start + 2)
        if end < 0:
            self.unclosed.add(closing)
            return start + 1
        return end + len(closing)

    def _close(self, start: int) -> int:
        """A closing bracket: a link, an image, or text."""
        if not self.stack:
            return start + 1
        opener = self.stack.pop()
        depth = len(self.stack)
        inactive = not opener.image and depth < self.dead
        self.dead = min(self.dead, depth)
        if inactive:
            return start + 1
        inline = self._inline(start + 1)
        if inline is not None:
            target, end = inline
            self.found.append(Link(unescape(target), opener.start, end))
        else:
            end = self._reference(opener, start)
            if end < 0:
                return start + 1
        if not opener.image:
            self.dead = depth
        return end

    def _inline(self, at: int) -> tuple[str, int] | None:
        """``(target "title")`` behind a bracket: the target as written, and where it ends."""
        text = self.text
        if not text.startswith("(", at):
            return None
        at = _after_blanks(text, at + 1)
        pointed = _POINTED.match(text, at)
        if pointed:
            target, at = pointed[1], pointed.end()
        elif text.startswith("<", at):
            return None
        else:
            end = _bare_end(text, at)
            if end is None:
                return None
            target, at = text[at:end], end
        after = _after_blanks(text, at)
        title = _TITLE.match(text, after) if after > at else None
        if title:
            after = _after_blanks(text, title.end())
        return (target, after + 1) if text.startswith(")", after) else None

    def _reference(self, opener: _Opener, start: int) -> int:
        """The end of a reference link whose label is defined; -1 where there is none."""
        if not self.labels:
            return -1
        text = self.text
        label, end = "", start + 1
        full = _LABEL.match(text, end, end + _MAX_LABEL + 2)
        if full:
            label, end = full[1].strip(), full.end()
        if not label and start - opener.content <= _MAX_LABEL:
            inner = _LABEL.match(text, opener.content - 1, start + 1)
            label = inner[1] if inner and inner.end() == start + 1 else ""
        return end if label.strip() and label_of(label) in self.labels else -1


def _after_blanks(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at


def _bare_end(text: str, at: int) -> int | None:
    """The end of a target without angle brackets: balanced parentheses, no blanks."""
    depth = 0
    while match := _BARE.match(text, at):
        char = match.group()
        if char == "(":
            depth += 1
            if depth > _MAX_PARENTHESES:
                return None
        elif char == ")":
            if not depth:
                break
            depth -= 1
        at = match.end()
    return None if depth else at


def tag_links(tag: re.Match[str], offset: int) -> list[Link]:
    """The target of an ``<a href>`` or ``<img src>``."""
    wanted = _TARGET.get((tag[1] or "").lower())
    found = wanted.search(tag[2]) if wanted else None
    if found is None:
        return []
    return [Link(html.unescape(found[1] or found[2] or found[3] or ""), offset, tag.end())]


def html_links(text: str) -> list[Link]:
    """The links of a block of HTML; comments, scripts and styles hold none."""
    found: list[Link] = []
    at = 0
    unclosed: set[str] = set()
    while (start := text.find("<", at)) >= 0:
        tag = _TAG.match(text, start, start + _MAX_TAG)
        closing = ""
        if tag:
            found += tag_links(tag, start)
            name = (tag[1] or "").lower()
            closing = f"</{name}" if name in ("script", "style", "textarea") else ""
        else:
            unseen = _UNSEEN.match(text, start)
            closing = _CLOSING.get(unseen.group(), ">") if unseen else ""
        at = tag.end() if tag else start + 1
        if closing and closing not in unclosed:
            end = text.find(closing, at)
            if end < 0:
                unclosed.add(closing)
            at = end + 1 if end >= 0 else at
    return found
