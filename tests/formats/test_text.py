"""The text report, as a person sees it."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from registrar.domain.findings import Deferred, Finding, Phase, Severity, Unchecked
from registrar.domain.places import Place, Span
from registrar.domain.policy import Waiver
from registrar.domain.report import JudgedBy, PhaseState, Report
from registrar.formats.dumping import dumps
from registrar.formats.escape import escape
from registrar.formats.text import columns, render

AT = date(2026, 11, 24)
PHASES = {Phase.STATIC: PhaseState.RUN, Phase.HISTORY: PhaseState.RUN}


def report(*findings: Finding, **more: object) -> Report:
    fields: dict[str, object] = {
        "at": AT,
        "judged_by": JudgedBy("base", "a" * 40, "b" * 64),
        "base": "a" * 40,
        "head": None,
        "checked": ("wine-1.0.0",),
        "phases": PHASES,
        "rules_off": (),
        "findings": findings,
        "waived": (),
        "deferred": (),
        "unchecked": (),
    }
    return Report(**{**fields, **more})  # type: ignore[arg-type]


def finding(
    span: Span | None, message: str = "wrong", severity: Severity = Severity.ERROR
) -> Finding:
    place = Place("m/wine-1.0.0/metadata.yaml", span)
    return Finding(
        "a-rule", severity, "wine-1.0.0", message, "mend it", place, "docs/rules/a-rule.md"
    )


def shown(span: Span, *lines: str) -> str:
    return render(report(finding(span)), lambda path: list(lines)).split("\n\n")[0]


def test_a_finding_looks_like_a_good_compilers() -> None:
    assert shown(Span(2, 6, 2, 9), "first", "key: abc # more") == (
        "error[a-rule]: wrong\n"
        "  --> m/wine-1.0.0/metadata.yaml:2:6\n"
        "   |\n"
        " 2 | key: abc # more\n"
        "   |      ^^^\n"
        "   = hint: mend it\n"
        "   = see: registrar rules a-rule"
    )


@pytest.mark.parametrize("span", [Span(1, 11, 1, 251), Span(1, 151, 1, 291), Span(1, 251, 1, 260)])
@pytest.mark.parametrize("char", ["x", "日"])
def test_a_long_line_is_cut_by_columns_and_carets_end_with_it(span: Span, char: str) -> None:
    line, carets = shown(span, char * 300).split("\n")[3:5]
    assert columns(line) <= len(" 1 | ") + 102, "two marks of what is left out"
    assert len(carets) <= columns(line)


def test_carets_stand_under_wide_and_escaped_characters() -> None:
    lines = shown(Span(1, 4, 1, 6), "日本:ab").split("\n")
    assert lines[3:5] == [" 1 | 日本:ab", "   |      ^^"]
    lines = shown(Span(1, 3, 1, 4), "a\x1bbc").split("\n")
    assert lines[3:5] == [" 1 | a\\x1bbc", "   |      ^"]


def test_long_lines_are_cut_around_the_place() -> None:
    line = "x" * 300 + "HERE" + "y" * 300
    text, carets = shown(Span(1, 301, 1, 305), line).split("\n")[3:5]
    assert len(text) <= 110
    at = carets.index("^")
    assert text[at : at + 4] == "HERE"
    assert carets.count("^") == 4


def test_a_span_over_lines_is_shown_in_part() -> None:
    lines = shown(Span(1, 2, 9, 2), *[f"line {n}" for n in range(9)]).split("\n")
    assert [line for line in lines if "| line" in line] == [
        f" {n + 1} | line {n}" for n in range(4)
    ]


def test_places_that_cannot_be_shown_are_still_named() -> None:
    assert "--> m/wine-1.0.0/metadata.yaml:7:1" in shown(Span(7, 1, 7, 2), "only one line")
    assert "--> m/wine-1.0.0/metadata.yaml\n" in render(report(finding(None)), lambda p: [])


WAIVER = Waiver("a-rule", "wine-1.0.0", "known", "us", AT, AT, None, Span(1, 1, 1, 2))


@pytest.mark.parametrize(
    ("made", "summary"),
    [
        (report(), "PASS: 1 entry checked, no findings, 0 waived, 0 deferred, 0 unchecked"),
        (
            report(finding(None)),
            "FAIL: 1 entry checked, 1 error, 0 waived, 0 deferred, 0 unchecked",
        ),
        (
            report(finding(None, severity=Severity.WARNING), checked=("a", "b")),
            "PASS: 2 entries checked, 1 warning, 0 waived, 0 deferred, 0 unchecked",
        ),
        (
            report(
                waived=((finding(None), WAIVER),),
                deferred=(Deferred("x", "wine-1.0.0", "look"),),
                unchecked=(Unchecked("y", None, "no network"),),
            ),
            "INCOMPLETE: 1 entry checked, no findings, 1 waived, 1 deferred, 1 unchecked\n"
            "  bytes not proved before merge: this check saw the pointers alone",
        ),
        (
            report(checked=(), untouched=True),
            "PASS: no entry touched, no findings, 0 waived, 0 deferred, 0 unchecked",
        ),
    ],
)
def test_the_summary_names_everything(made: Report, summary: str) -> None:
    said = render(made, lambda path: [])
    assert f"{summary}\n  all phases asked\n" in said
    assert said.endswith("  judged by the policy of the base aaaaaaaaaaaa on 2026-11-24\n")
    if made.unchecked:
        assert "unchecked[y]: the registry: no network" in said
        assert "waived[a-rule]: wine-1.0.0: wrong\n  = until 2026-11-24 by us: known" in said
        assert "deferred: the bytes are not here (x)\n  = settle it: look" in said


def test_phases_and_rules_that_did_not_run_are_named() -> None:
    phases = {
        Phase.STATIC: PhaseState.RUN,
        Phase.HISTORY: PhaseState.PARTLY,
        Phase.REMOTE: PhaseState.NOT_ASKED,
    }
    said = render(report(phases=phases, rules_off=("a", "b")), lambda path: [])
    assert (
        "not asked: remote, most of history (give --base; only source-in-history was asked)" in said
    )
    assert "switched off by policy: a, b" in said


def test_escape_and_width() -> None:
    assert escape("plain é 日") == "plain é 日"
    assert escape("a\tb\x00\x7f\x9b\u202e\U000e0001\ud800") == (
        "a b\\x00\\x7f\\x9b\\u202e\\U000e0001\\ud800"
    )
    assert (columns("ab"), columns("日"), columns("e\u0301")) == (2, 2, 1)


@pytest.mark.parametrize(
    "line", ["##[error]x", "a ##[group]", "##vso[task.x]y", "###[x]", "##Team[x]"]
)
def test_what_logs_of_ci_obey_is_broken_up(line: str) -> None:
    obeyed = re.compile(r"##[A-Za-z]*\[")
    assert not obeyed.search(escape(line))
    assert escape("## a heading, ##") == "## a heading, ##"
    for start in range(1, len(line)):  # also where the frame is put together
        text = shown(Span(1, start, 1, start + 1), line)
        assert not obeyed.search(text), text
    written = dumps({"x": line})
    assert not obeyed.search(written)
    assert json.loads(written) == {"x": line}
    assert dumps("## a heading") == '"## a heading"'
