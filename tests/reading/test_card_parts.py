"""Parts of a card: its front matter, single sections, tables with their places."""

from __future__ import annotations

import random

import pytest
from builders import CARD
from markdown_it import MarkdownIt
from test_markdown_differential import BODIES, SECTIONS

from registrar.domain.places import Span
from registrar.reading.card import Card
from registrar.reading.front_matter import split, values, written
from registrar.reading.markdown import read_markdown
from registrar.reading.tables import tables

ORACLE = MarkdownIt("commonmark").enable("table")
ROWS = (
    *("| a | b |", "| - | - |", "a | b", "--- | ---", "| 1 | 2 |", "1 | 2 | 3", "text", "", "|"),
    *("| `x|y` | z |", r"| a \| b | c |", "| --- |", "| a |", ":-: | -:", "> | a | b |"),
    *("> | - | - |", "# h", "    | c | d |", "||", "| | e |", "  | f | g |", "| **1** | _2_"),
)


def theirs(text: str) -> list[list[list[str]]]:
    found: list[list[list[str]]] = []
    for token in ORACLE.parse(text):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type == "inline" and found and found[-1] and token.level >= 3:
            found[-1][-1].append(token.content)
    return found


def ours(text: str) -> list[list[list[str]]]:
    found = []
    for table in tables(read_markdown(text).lines, text.split("\n")):
        width = len(table.head)
        rows = [[c.text.replace("\\|", "|") for c in row] for row in (table.head, *table.rows)]
        # a page shows as many cells in a row as the head has
        found.append([(row + [""] * width)[:width] for row in rows])
    return found


def documents(seed: int, count: int) -> list[str]:
    chosen = random.Random(seed)
    texts = ("\n".join(chosen.choices(ROWS, k=chosen.randint(2, 7))) for _ in range(count))
    return ["text\n\n" + text for text in texts]


def test_the_same_tables_as_markdown_it() -> None:
    different = [t for t in documents(31, 3_000) if "> " not in t and ours(t) != theirs(t)]
    print(f"tables against markdown-it-py: 3000 cases, {len(different)} disagreements")
    assert not different, [(t, ours(t), theirs(t)) for t in different[:3]]


def test_every_cell_stands_where_it_says() -> None:
    seen = 0
    for text in documents(37, 3_000):
        written_lines = text.split("\n")
        for table in tables(read_markdown(text).lines, written_lines):
            for cell in (cell for row in (table.head, *table.rows) for cell in row):
                line = written_lines[cell.line - 1]
                assert line[cell.column - 1 :].startswith(cell.text)
                seen += bool(cell.text)
    assert seen > 1_000


def test_a_section_is_the_same_read_alone_and_in_the_whole() -> None:
    chosen = random.Random(41)
    plain = 0
    for _ in range(2_000):
        order = chosen.choices(SECTIONS, k=7)
        front = chosen.choice(["", "---\nlicense: mit\n---\n", "\n---\na: 1\n---\n"])
        text = front + "".join(f"{head}\n\n{chosen.choice(BODIES)}\n" for head in order)
        card, whole = Card(text), Card(text + "\n```\n")
        for title in ("license", "evaluation metrics", "dataset sources"):
            alone = card.section(title)
            plain += card.quick_text(title) is not None
            # the fence keeps the other card from being plain; it is the end of the last section
            expected = [line for line in whole.section(title) if line.number <= _last(text)]
            assert [x for x in alone if x.text] == [x for x in expected if x.text], text
    assert plain > 1_000


def _last(text: str) -> int:
    return text.count("\n")


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_front_matter_keeps_its_lines(ends: str) -> None:
    text = ends.join(["", "---", "license: mit", "x: [1.10, 'b']", "---", "# A", ""])
    front = split(text)
    assert front is not None
    assert front.line == 3
    document = Card(text).front_document
    assert document is not None
    assert document.span(("license",)) == Span(3, 10, 3, 13)
    [(first, route), (second, _)] = values(document, "x")
    assert written(text, document.span(route)) == "1.10"
    assert (first, second) == (1.1, "b")
    assert written(text, document.span(("x", 1))) == "b"


@pytest.mark.parametrize("text", ["---\n---\n", "---\n\n---\n", "---\n# only a remark\n---\n"])
def test_front_matter_that_says_nothing_is_none(text: str) -> None:
    assert Card(text + CARD).front_document is None


def test_a_front_matter_needs_no_slow_reading() -> None:
    card = Card("---\nlicense: apache-2.0\n---\n" + CARD)
    assert card.quick_text("license") is not None
    assert card.problems == ()
