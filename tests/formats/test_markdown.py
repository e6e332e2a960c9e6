"""The Markdown report: what it shows, what it cuts, and that text of documents stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt
from reports import finding, full, hostile, many, report, waiver

from registrar.domain.findings import Deferred, Severity, Unchecked
from registrar.domain.report import EntryFacts, MetricDelta, Report, Verdict
from registrar.formats.markdown import render
from registrar.formats.markdown_facts import human

ATTACKS = {
    "link": "[x](http://evil.example) <http://evil.example> http://evil.example www.evil.example",
    "image": "![x](http://evil.example/x.png) <img src=x onerror=alert(1)>",
    "mention": "@octocat @acme/team #1 acme/wine#2 GH-3 !4 ~label %milestone me@evil.example",
    "html": "</code></td></table><script>alert(1)</script><details open>",
    "backticks": "` `` ``` ~~~ `x` <!-- --> <![CDATA[ ]]>",
    "table": "a | b \\| c\n| --- | --- |\n\n# heading\n\n- item",
    "entities": "&lt;img&gt; &#64;octocat &amp;",
    "invisible": "\x00\x1b[2J\u202egnp\u2066\u200b\u2028\ud800",
    "commands": "::error::x\n::stop-commands::y\n##[error]z ##vso[task.complete]",
}
TAGS = {"h2", "h3", "p", "br", "table", "tr", "th", "td", "ul", "li", "details", "summary", "code", "strong"}  # fmt: skip


class Shape(HTMLParser):
    """The tags of rendered Markdown, and the text that stands outside ``<code>``."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.bare = ""
        self.code: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert [name for name, _ in attrs if name != "colspan"] == []
        self.tags.append(tag)
        if tag != "br":
            self.open.append(tag)
        if tag == "code":
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "code" in self.open:
            self.code[-1] += data
        else:
            self.bare += data


def shape(made: Report) -> Shape:
    rendered = MarkdownIt("commonmark", {"html": True}).render(render(made, lambda finding: []))
    parser = Shape()
    parser.feed(rendered)
    parser.close()
    assert parser.open == []
    assert set(parser.tags) <= TAGS
    return parser


@pytest.mark.parametrize("name", ATTACKS)
def test_text_of_documents_is_only_ever_text(name: str) -> None:
    harmless, attacked = shape(hostile("harmless")), shape(hostile(ATTACKS[name]))
    assert attacked.tags == harmless.tags
    assert attacked.bare == harmless.bare
    assert len(attacked.code) == len(harmless.code)


def test_a_naive_report_would_be_taken_over() -> None:
    rendered = MarkdownIt("commonmark", {"html": True}).render(f"* `{ATTACKS['backticks']}`")
    rendered += MarkdownIt("commonmark", {"html": True}).render(f"* {ATTACKS['link']}")
    assert "<a href" in rendered
    assert "<!-- -->" in rendered


def test_no_line_of_it_is_obeyed_by_a_log() -> None:
    for line in render(hostile(ATTACKS["commands"]), lambda finding: []).splitlines():
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        assert "##vso[" not in line


def test_the_facts_of_the_change_come_before_the_findings() -> None:
    text = render(full(), lambda finding: [])
    assert text.startswith("## ❌ Registrar: FAIL\n\n<p>3 entries checked, 3 errors, ")
    row = next(line for line in text.splitlines() if "<td><code>wine-1.1.0" in line)
    cells = re.findall(r"<td>(.*?)</td>", row)
    assert cells[1:4] == ["❌ fail", "<code>Apache-2.0</code>", "1.4 MiB"]
    assert cells[4].split("<br>") == [
        "<code>test.accuracy</code> 0.951 ↑ +0.011, better",
        "<code>test.loss</code> 0.2 ↑ +0.1, <strong>worse</strong>",
        "<code>test.rows</code> 36 → unchanged",
        "<code>train.seconds</code> 12.5",
        "<code>test.other</code> 2 ↑ +1",
    ]
    assert cells[5] == "<code>wine-1.0.0</code>"
    assert text.index("<table>") < text.index("Unchecked (1)") < text.index("license-valid")


def test_entries_without_facts_are_counted() -> None:
    row = '<td colspan="6">… and {} more</td>'
    assert row.format(1) in render(full(), lambda finding: [])
    assert "colspan" not in render(report(facts=full().facts[:1]), lambda finding: [])
    assert "<table>" not in render(report(), lambda finding: [])


def test_the_entry_with_the_worst_comes_first() -> None:
    made = report(
        finding(entry="a-1.0.0", severity=Severity.NOTE),
        finding(entry="b-1.0.0", severity=Severity.WARNING),
        finding(entry="b-1.0.0"),
    )
    titles = re.findall(r"<h3><code>(.*?)</code>: (.*?)</h3>", render(made, lambda finding: []))
    assert titles == [("b-1.0.0", "1 error, 1 warning"), ("a-1.0.0", "1 note")]


def test_long_lists_are_folded() -> None:
    text = render(report(*many(25)), lambda finding: [])
    assert "<summary>5 more of this entry</summary>" in text
    assert text.count("<li>") == 25
    assert shape(report(*many(25))).tags.count("li") == 25


def test_a_summary_stays_below_a_mebibyte_and_counts_what_it_leaves_out() -> None:
    wide = "\U0001f4a9\x00" * 5_000
    number = 3_000
    made = report(
        *(finding(message=f"{n}{wide}", severity=Severity.WARNING) for n in range(number)),
        finding(message="the one error"),
        waived=tuple((finding(message=wide), waiver(wide, wide)) for _ in range(number)),
        baselined=tuple(finding(message=wide) for _ in range(number)),
        deferred=tuple(Deferred("a-rule", f"x{n}", wide) for n in range(number)),
        unchecked=tuple(Unchecked("a-rule", f"x{n}", wide) for n in range(number)),
        empty=(wide,) * number,
        facts=tuple(EntryFacts(f"x{n}{wide}", Verdict.PASS, wide, 1, wide) for n in range(number)),
        rules_off=tuple(f"rule-{n}" for n in range(200)),
    )
    text = render(made, lambda finding: [])
    assert 300_000 < len(text.encode()) < 1_000_000
    assert "the one error" in text, "the worst first"
    shown = len(re.findall(r"<li>⚠️ warning", text))
    assert f"… and {number - shown} warnings more" in text
    rows = text.count("<tr><td><code>")
    assert f'<td colspan="6">… and {number - rows:,} more</td>' in text
    for title in ("Unchecked", "Nothing to check", "Waived", "In the baseline"):
        assert f"{title} (3,000)" in text
    assert shape(made).open == []


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1_468_006, "1.4 MiB"),
        (1 << 50, "1,024.0 TiB"),
    ],
)
def test_sizes_are_written_as_people_do(size: int, said: str) -> None:
    assert human(size) == said


def test_numbers_that_have_no_difference_are_told_all_the_same() -> None:
    inf = float("inf")
    metrics = (MetricDelta("a", inf, inf), *(MetricDelta(f"m{n}", 1.0) for n in range(12)))
    text = render(report(facts=(EntryFacts("x", Verdict.PASS, metrics=metrics),)), lambda f: [])
    assert "<code>a</code> inf (was inf)" in text
    assert "… and 3 more" in text
