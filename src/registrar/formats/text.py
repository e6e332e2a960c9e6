"""The report as a person reads it: like a good compiler, and a summary at the end."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator

from registrar.domain.findings import Finding, Severity
from registrar.domain.places import Span
from registrar.domain.report import PhaseState, Report, Verdict
from registrar.errors import EXIT_NOTHING
from registrar.formats.escape import escape

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
    yield f"{finding.severity.value}[{finding.rule}]: {escape(finding.message)}"
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
    yield f" {margin} = see: {finding.url}, or registrar rules {finding.rule}"


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
        lead, before = "…", before[-_MAX_WIDTH // 2 :]
    room = max(_MAX_WIDTH - columns(lead + before), 20)
    if columns(inside) > room:
        inside, after = inside[: room - 1] + "…", ""
    room = max(room - columns(inside), 0)
    if columns(after) > room:
        after = after[:room] + "…"
    return lead + before + inside + after, columns(lead + before), max(columns(inside), 1)


def columns(text: str) -> int:
    """Width of a text on a terminal, wide characters counted as two."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


def _rest(report: Report) -> Iterator[list[str]]:
    """Waived, deferred, unchecked, and paths without entries."""
    yield [
        f"waived[{finding.rule}]: {escape(finding.entry or '')}: {escape(finding.message)}\n"
        f"  = until {waiver.expires} by {escape(waiver.owner)}: {escape(waiver.reason)}"
        for finding, waiver in report.waived
    ]
    settled: dict[str, list[str]] = {}
    for item in report.deferred:
        settled.setdefault(item.settled_by, []).append(item.rule)
    yield list(_deferred(settled))
    yield [
        f"unchecked[{item.rule}]: {escape(item.entry or 'the registry')}: {escape(item.reason)}"
        for item in report.unchecked
    ]
    yield [f"nothing to check: {escape(path)} holds no entry" for path in report.empty]


def _deferred(settled: dict[str, list[str]]) -> Iterator[str]:
    """What waits for bytes that are elsewhere, entry by entry as far as a person reads."""
    for command, rules in list(settled.items())[:_MAX_DEFERRED]:
        yield f"deferred: the bytes are not here ({', '.join(rules)})"
        yield f"  = settle it: {escape(command)}"
    more = len(settled) - _MAX_DEFERRED
    if more > 0:
        yield f"deferred: the same for {more:,} more {'entry' if more == 1 else 'entries'}"
        yield "  = settle all: registrar check --remote --verify-bytes"
    if settled:
        yield "  (--remote is planned; until then dvc pull, and registrar check again)"


def _summary(report: Report) -> Iterator[str]:
    count = Counter(finding.severity for finding in report.findings)
    entries = len(report.checked)
    parts = [f"{entries} {'entry' if entries == 1 else 'entries'} checked"]
    if report.untouched:
        parts = ["no entry touched"]
    parts += [_plural(count[severity], severity.value) for severity in Severity if count[severity]]
    parts += [] if report.findings else ["no findings"]
    if report.baselined:
        parts.append(f"{len(report.baselined)} in the baseline")
    named = (("waived", report.waived), ("deferred", report.deferred))
    parts += [f"{len(items)} {name}" for name, items in (*named, ("unchecked", report.unchecked))]
    nothing = report.exit_code == EXIT_NOTHING
    yield f"{'NOTHING TO CHECK' if nothing else _VERDICTS[report.verdict]}: {', '.join(parts)}"
    states = report.phases.items()
    missing = [phase.value for phase, state in states if state is PhaseState.NOT_ASKED]
    if PhaseState.PARTLY in report.phases.values():
        missing.append("most of history (give --base; only source-in-history was asked)")
    yield f"  not asked: {', '.join(missing)}" if missing else "  all phases asked"
    if report.rules_off:
        yield f"  switched off by policy: {', '.join(report.rules_off)}"
    yield f"  judged by {_judge(report)} on {report.at.isoformat()}"


_VERDICTS = {
    Verdict.PASS: "PASS",
    Verdict.FAIL: "FAIL",
    Verdict.INCOMPLETE: "INCOMPLETE",
}


def _judge(report: Report) -> str:
    judge = report.judged_by
    revision = f" {judge.revision[:12]}" if judge.revision else ""
    names = {
        "base": f"the policy of the base{revision}",
        "policy-from": f"the policy of{revision}",
        "work-tree": "the policy of the work tree",
        "built-in": "the built-in policy (there is no registrar.toml to judge by)",
    }
    return names[judge.source]


def _plural(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
