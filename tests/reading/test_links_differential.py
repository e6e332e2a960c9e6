"""The inline scanner against markdown-it-py: the same link and image targets in the same order.

Documented differences are kept out of the corpus: definitions over several lines, tables (a
cell is a text of its own, as on GitHub; the oracle runs plain CommonMark), and links in the
description of an image, which the oracle reports and a page does not show: ours reports them too.
"""

from __future__ import annotations

import random
import re
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from registrar.reading.card_quickly import only_plain_targets
from registrar.reading.inline import label_of, links
from registrar.reading.links import card_links
from registrar.reading.markdown import read_markdown

ORACLE = MarkdownIt("commonmark")
ORACLE.validateLink = lambda url: True  # type: ignore[method-assign]
PIECES = (
    *("[", "]", "(", ")", "![", "](", "a", "b c", "\\", "`", "``", "<", ">", "\n", " ", '"', "'"),
    *("[a](b)", "![i](j.png)", "[x]", "[x][y]", "[x][]", "[r](<p q>)", '(u "t")', "(u 't')"),
    *("<http://e.org>", "<b>", "<!-- ", " -->", "<a@b.org>", "&amp;", "\\]", "\\(", "*", "_"),
    *("(u (t))", "((", "))", "[n [m](o) p](q)", "[![i](j)](k)", "%20", "<i x='](z)'>", "!", "[]"),
)
LABELS = ("x", "y")
DEFINITIONS = "".join(f"\n\n[{label}]: /defined-{label}" for label in LABELS)
CASES = 4_000
ORACLE_ERRS = re.compile(r"\]\([^)]*\[[xy]?\]")
"""Behind "[x](" that is no link the oracle takes a later "[y]" for the label of "[x]"."""


def theirs(text: str, definitions: str) -> list[str]:
    """Targets of all inline links and images but those by reference, which ours leaves out."""
    found: list[str] = []
    waiting = [t for t in ORACLE.parse(text + definitions) if t.type == "inline"]
    for token in waiting:
        found += _targets(token.children or [])
    return sorted(unquote(t) for t in found if not t.startswith("/defined-"))


def _targets(tokens: list[Token]) -> list[str]:
    found: list[str] = []
    for token in tokens:
        if token.type == "image":
            found.append(str(token.attrs["src"]))
            found += _targets(token.children or [])
        elif token.type == "link_open" and token.info != "auto":
            found.append(str(token.attrs["href"]))
    return found


def ours(text: str, labels: frozenset[str]) -> list[str]:
    return sorted(unquote(link.target) for link in links(text, labels))


def paragraph(text: str) -> bool:
    """Tell a text that is one paragraph to the block reader, without raw HTML links."""
    tokens = ORACLE.parse(text)
    return [t.type for t in tokens] == ["paragraph_open", "inline", "paragraph_close"]


def documents(seed: int, count: int) -> list[str]:
    chosen = random.Random(seed)
    made = ("w" + "".join(chosen.choices(PIECES, k=chosen.randint(2, 14))) for _ in range(count))
    return [text for text in made if paragraph(text)]


def different(texts: list[str]) -> list[str]:
    none, some = frozenset[str](), frozenset(map(label_of, LABELS))
    wrong = [t for t in texts if ours(t, none) != theirs(t, "")]
    texts = [t for t in texts if not ORACLE_ERRS.search(t)]
    return wrong + [t for t in texts if ours(t, some) != theirs(t, DEFINITIONS)]


def test_the_same_targets() -> None:
    texts = documents(3, CASES)
    wrong = different(texts)
    print(f"inline scanner against markdown-it-py: {len(texts)} cases, {len(wrong)} disagreements")
    assert len(texts) > CASES / 2
    assert not wrong, [(t, ours(t, frozenset()), theirs(t, "")) for t in wrong[:3]]


@pytest.mark.slow
def test_the_same_targets_in_many_texts() -> None:
    texts = documents(5, 60_000)
    wrong = different(texts)
    print(f"inline scanner against markdown-it-py: {len(texts)} cases, {len(wrong)} disagreements")
    assert not wrong, wrong[:3]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="[]()!\\`<>ab \n\"'&;:/", max_size=40))
def test_the_same_targets_in_any_text(text: str) -> None:
    if paragraph(text):
        text = text.strip()
        assert ours(text, frozenset()) == theirs(text, "")


BLOCKS = (
    *("# [h](h.md)", "[p](p.md)", "- [l](l.md)", "> [q](q.md)", "```", "    [code](c.md)", ""),
    *("[two\nlines](t.md)", "1. x\n\n   [n](n.md)", "[u](u.md)\n===", "text", "<div>", "</div>"),
    *("`[c](c.md)`", "[a", "b](split.md)", "- [a\n- b](no.md)", "![i](i.png)"),
)


def test_the_same_targets_in_whole_documents() -> None:
    chosen = random.Random(23)
    for _ in range(1_500):
        text = "\n".join(chosen.choices(BLOCKS, k=chosen.randint(1, 9)))
        found = sorted(link.target for link in card_links(read_markdown(text), text.split("\n")))
        assert found == theirs(text, ""), text


def test_a_quick_answer_holds_every_link() -> None:
    chosen = random.Random(29)
    quick = 0
    for _ in range(1_500):
        pieces = [p for p in BLOCKS if "<" not in p]
        text = "\n".join(chosen.choices(pieces, k=chosen.randint(1, 9)))
        targets = only_plain_targets(text)
        if targets is not None:
            quick += 1
            found = {link.target for link in card_links(read_markdown(text), text.split("\n"))}
            assert found <= set(targets), text
    assert quick > 1_000
