"""The report as one line a finding, for editors, grep and people in a hurry."""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.findings import Finding
from registrar.domain.report import Report
from registrar.formats.escape import escape
from registrar.formats.summary import (
    EXPLAIN,
    counts,
    deferred,
    holds_none,
    judge,
    mendable,
    not_asked,
    verdict_word,
)
from registrar.formats.text import Sources


def render(report: Report, sources: Sources) -> str:
    """``path:line:col: severity[rule] message`` for each finding, then one line of summary."""
    lines = [_finding(finding) for finding in report.findings]
    lines += [
        escape(f"{item.entry or 'the registry'}: unchecked[{item.rule}] {item.reason}")
        for item in report.unchecked
    ]
    lines += [f"nothing to check: {escape(holds_none(report, path))}" for path in report.empty]
    if later := deferred(report):
        lines.append(escape(later))
    return "".join(f"{_inert(line)}\n" for line in (*lines, "; ".join(_summary(report))))


def _finding(finding: Finding) -> str:
    span = finding.place.span
    where = escape(finding.place.path or finding.entry or "the registry")
    where += f":{span.line}:{span.column}" if span else ""
    return f"{where}: {finding.severity.value}[{escape(finding.rule)}] {escape(finding.message)}"


def _inert(line: str) -> str:
    """A line begins with a path of the change, and ``::`` there is a command to GitHub."""
    return f"./{line}" if line.lstrip().startswith("::") else line


def _summary(report: Report) -> Iterator[str]:
    yield f"{verdict_word(report)}: {counts(report)}"
    if mend := mendable(report):
        yield mend
    if missing := not_asked(report):
        yield f"not asked: {', '.join(missing)}"
    if report.rules_off:
        yield f"switched off by policy: {escape(', '.join(report.rules_off))}"
    yield f"judged by {judge(report)} on {report.at.isoformat()}"
    if report.findings:
        yield f"a rule is explained by {EXPLAIN}"
