"""The report as a person reads it: like a good compiler, and a summary at the end."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

from registrar.domain.findings import Finding
from registrar.domain.places import Span
from registrar.domain.report import Report
from registrar.formats.escape import escape, without_commands
from registrar.formats.summary import (
    counts,
    holds_none,
    judge,
    looked,
    mendable,
    not_asked,
    unproved,
    verdict_word,
)

Sources = Callable[[Finding], list[str]]
"""The lines of the file that a finding is in; [] where it cannot be shown."""

_MAX_WIDTH = 100
_MAX_LINES = 4
_MAX_DEFERRED = 5
_MAX_FINDINGS = 200
"""What nobody reads to its end is not written; a git server sends every line to the pusher."""


def render(report: Report, sources: Sources) -> str:
    """All findings with their lines, then what was not looked at, then the summary."""
    told = report.findings[:_MAX_FINDINGS]
    blocks = ["\n".join(_finding(finding, sources)) for finding in told]
    if len(told) < len(report.findings):
        more = len(report.findings) - len(told)
        blocks.append(f"… and {more:,} more findings; --format json tells all of them")
    blocks += ["\n".join(lines) for lines in _rest(report) if lines]
    blocks.append("\n".join(_summary(report)))
    return "\n\n".join(blocks) + "\n"


def _finding(finding: Finding, sources: Sources) -> Iterator[str]:
    yield f"{finding.severity.value}[{escape(finding.rule)}]: {escape(finding.message)}"
    span = finding.place.span
    where = f":{span.line}:{span.column}" if span else ""
    lines = sources(finding) if span else []
    frame = list(_frame(span, lines)) if span else []
    margin = " " * (len(str(span.line)) if span and frame else 0)
    if finding.place.path:
        yield f" {margin}--> {escape(finding.place.path)}{where}"
    yield from frame
    if finding.hint:
        yield f" {margin} = hint: {escape(finding.hint)}"
    yield f" {margin} = see: registrar rules {escape(finding.rule)}"


def _frame(span: Span, lines: list[str]) -> Iterator[str]:
    """The lines of a span, with carets under it."""
    shown = range(span.line, min(span.end_line, span.line + _MAX_LINES - 1) + 1)
    if not lines or span.line > len(lines):
        return
    width = len(str(shown[-1]))
    yield f" {'':{width}} |"
    for number in shown:
        if number > len(lines):
            return
        line = lines[number - 1]
        start = span.column - 1 if number == span.line else len(line) - len(line.lstrip())
        end = span.end_column - 1 if number == span.end_line else len(line)
        text, caret, length = _cut(line, start, max(end, start + 1))
        yield f" {number:{width}} | {text}"
        yield f" {'':{width}} | {' ' * caret}{'^' * length}"


def _cut(line: str, start: int, end: int) -> tuple[str, int, int]:
    """A line cut to the terminal around a span: (text, column of the caret, its length)."""
    before, inside, after = escape(line[:start]), escape(line[start:end]), escape(line[end:])
    lead = ""
    if columns(before) > _MAX_WIDTH // 2:
        lead, before = "…", _fit(before[::-1], _MAX_WIDTH // 2)[::-1]
    room = max(_MAX_WIDTH - columns(lead + before), 20)
    if columns(inside) > room:
        inside, after = _fit(inside, room - 1) + "…", ""
    room = max(room - columns(inside), 0)
    if columns(after) > room:
        after = _fit(after, room) + "…"
    text = without_commands(lead + before + inside + after)
    return text, columns(lead + before), max(columns(inside), 1)


def _fit(text: str, room: int) -> str:
    """The beginning of a text in at most ``room`` columns."""
    if text.isascii():
        return text[:room]
    end = 0
    for char in text:
        room -= columns(char)
        if room < 0:
            break
        end += 1
    return text[:end]


def columns(text: str) -> int:
    """Width of a text on a terminal, wide characters counted as two."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


def _rest(report: Report) -> Iterator[list[str]]:
    """Waived, deferred, unchecked, and paths without entries."""
    yield [
        escape(f"waived[{finding.rule}]: {finding.entry or ''}: {finding.message}")
        + "\n"
        + escape(f"  = until {waiver.expires} by {waiver.owner}: {waiver.reason}")
        for finding, waiver in report.waived
    ]
    settled: dict[str, list[str]] = {}
    for item in report.deferred:
        settled.setdefault(item.settled_by, []).append(escape(item.rule))
    yield list(_deferred(settled))
    yield [
        escape(f"unchecked[{item.rule}]: {item.entry or 'the registry'}: {item.reason}")
        for item in report.unchecked
    ]
    yield [f"nothing to check: {escape(holds_none(report, path))}" for path in report.empty]


def _deferred(settled: dict[str, list[str]]) -> Iterator[str]:
    """What waits for bytes that are elsewhere, entry by entry as far as a person reads."""
    for command, rules in list(settled.items())[:_MAX_DEFERRED]:
        yield f"deferred: the bytes are not here ({', '.join(rules)})"
        yield f"  = settle it: {escape(command)}"
    more = len(settled) - _MAX_DEFERRED
    if more > 0:
        yield f"deferred: the same for {more:,} more {'entry' if more == 1 else 'entries'}"
        yield "  = settle all: registrar check --remote --verify-bytes"


def _summary(report: Report) -> Iterator[str]:
    yield f"{verdict_word(report)}: {counts(report)}"
    if mend := mendable(report):
        yield f"  {mend}"
    if told := unproved(report):
        yield f"  {told}"
    yield from (f"  {escape(line)}" for line in looked(report))
    missing = not_asked(report)
    yield f"  not asked: {', '.join(missing)}" if missing else "  all phases asked"
    if report.rules_off:
        yield f"  switched off by policy: {escape(', '.join(report.rules_off))}"
    yield f"  judged by {judge(report)} on {report.at.isoformat()}"
