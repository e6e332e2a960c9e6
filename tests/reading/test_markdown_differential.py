"""The section reader against markdown-it-py: the same top-level headings, on the same lines."""

from __future__ import annotations

import random

import pytest
from markdown_it import MarkdownIt

from registrar.reading.card import _plainly_fine
from registrar.reading.card_profiles import profile_of
from registrar.reading.card_sections import judge
from registrar.reading.markdown import read_markdown

FRAGMENTS = (
    *("# a", "## b ##", "a", "b c", "", "", " # x", "   ## y", "    # code", "```", "~~~", "````"),
    *(
        "``` py",
        "> q",
        "> # q",
        ">",
        "- i",
        "- # i",
        "  # in",
        "  t",
        "1. o",
        "2) p",
        "   c",
        "===",
    ),
    *("---", "- - -", "***", "<div>", "</div>", "<!-- c", "-->", "<!-- x -->", "<b>", "<pre>"),
    *(
        "</pre>",
        "[a]: /u",
        '[a]: /u "t"',
        "\t# tab",
        "-",
        "*",
        "> - x",
        "  > y",
        "=",
        "--",
        "+ # z",
    ),
    *("<?p", "?>", "1.", "10. x", "#", "#x", "  ", "     code", "> ```", "- ```", "  ```"),
    *("<script>", "</script>", "<![CDATA[", "]]>", "<!A", "\\# esc", "-\tx", "foo\\", "- a\n\n  b"),
    *(
        "| a | b |",
        "| - | - |",
        "* * *",
        "_ _ _",
        "+",
        "7. x\n8. y",
        "<a href='x'>",
        "#\ttab",
        "######",
    ),
)
CASES = 12_000
ORACLE = MarkdownIt("commonmark")


def theirs(text: str) -> list[tuple[int, int]]:
    """(level, line) of every heading that is no child of another block."""
    tokens = ORACLE.parse(text)
    found = [token for token in tokens if token.type == "heading_open" and token.level == 0]
    return [(int(token.tag[1]), (token.map or [0])[0] + 1) for token in found]


def ours(text: str) -> list[tuple[int, int]]:
    return [(heading.level, heading.line) for heading in read_markdown(text).headings]


def documents(seed: int, count: int) -> list[str]:
    chosen = random.Random(seed)
    texts = []
    for _ in range(count):
        text = "\n".join(chosen.choice(FRAGMENTS) for _ in range(chosen.randint(1, 10)))
        # front matter is no CommonMark: only our reader takes it out
        texts.append("text\n" + text if text.lstrip().startswith("---") else text)
    return texts


def test_the_same_headings_on_the_same_lines() -> None:
    different = [t for t in documents(7, CASES) if ours(t) != theirs(t)]
    print(f"section reader against markdown-it-py: {CASES} cases, {len(different)} disagreements")
    assert not different, different[:3]


@pytest.mark.slow
def test_the_same_headings_in_many_documents() -> None:
    texts = documents(11, 100_000)
    different = [t for t in texts if ours(t) != theirs(t)]
    print(f"section reader against markdown-it-py: {len(texts)} cases, {len(different)} differ")
    assert not different, different[:3]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends_do_not_matter(ends: str) -> None:
    for text in documents(13, 500):
        lines = [heading.line for heading in read_markdown(text.replace("\n", ends)).headings]
        assert lines == [heading.line for heading in read_markdown(text).headings]


def test_every_line_is_there_once() -> None:
    for text in documents(17, 2_000):
        read = read_markdown(text)
        assert [line.number for line in read.lines] == list(range(1, len(text.split("\n")) + 1))


SECTIONS = (
    *("## Model description", "## Intended use", "## Limitations", "## Dataset sources"),
    *("## Evaluation metrics", "## License", "## Contact", "# Uses", "### Data", "## Limits"),
)
BODIES = (
    *("TODO", "N/A", "More information needed", "Some.", "x@example.org", "Apache-2.0", "", ""),
    "It knows three cultivars of one region, and every other wine is told as one of them.",
    "Users (both direct and downstream) should be made aware of the risks, biases and limitations "
    "of the model.",
    *("- one\n- two", "[More Information Needed]", "<!-- say it -->", "**Developed by:** us"),
    *(
        "| a | b |\n| - | - |\n| 1 | 2 |",
        "```\nTODO\n```",
        "![a](b.png)",
        "> quoted",
        "none",
        "---",
    ),
)


def test_a_quick_yes_is_the_slow_answer_too() -> None:
    chosen = random.Random(19)
    profile = profile_of("default")
    quick = 0
    for _ in range(6_000):
        order = list(SECTIONS[:7]) + chosen.sample(SECTIONS[7:], chosen.randint(0, 2))
        good = chosen.random() < 0.6
        text = "# Card\n\n" + "\n".join(
            f"{heading}\n\n{BODIES[8] if good else chosen.choice(BODIES)}\n" for heading in order
        )
        if _plainly_fine(text, profile):
            quick += 1
            assert judge(text, profile) == (), text
    assert quick > 1_000
