"""The report as workflow commands of GitHub Actions: annotations on the files of the change.

Source: the runner's ``ActionCommand.cs``; a step shows ten annotations, the rest only its log.
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.findings import Finding, Severity
from registrar.domain.report import Report
from registrar.formats.escape import escape
from registrar.formats.summary import (
    EXPLAIN,
    VENDORED,
    counts,
    deferred,
    holds_none,
    severities,
    verdict_word,
    worst_first,
)
from registrar.formats.text import Sources

SHOWN = 10
_MAX_MESSAGE = 4_000
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(report: Report, sources: Sources) -> str:
    """The ten worst as commands, one that counts the others, and the verdict as a plain line."""
    findings = worst_first(report.findings)
    findings.sort(key=lambda f: (f.severity.rank, f.place.span is None, not f.place.path))
    lines = [(finding, _finding(finding)) for finding in findings]
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    told = [*lines[:errors], *((None, line) for line in _blind(report)), *lines[errors:]]
    printed = [line for _, line in told[:SHOWN]]
    if len(told) > SHOWN:
        printed.append(_more([finding for finding, _ in told[SHOWN:]]))
    printed.append("; ".join(_verdict(report)))
    return "".join(f"{line}\n" for line in printed)


def _finding(finding: Finding) -> str:
    span, where = finding.place.span, {}
    if finding.place.path:
        where["file"] = finding.place.path
    if span is not None:
        where |= {"line": str(span.line), "endLine": str(span.end_line)}
        if span.line == span.end_line:  # the runner takes columns within one line only
            where |= {"col": str(span.column), "endColumn": str(span.end_column)}
    entry = f" in {finding.entry}" if finding.entry else ""
    said = [finding.message, f"hint: {finding.hint}" if finding.hint else ""]
    return _command(_COMMANDS[finding.severity], f"{finding.rule}{entry}", said, where)


def _blind(report: Report) -> Iterator[str]:
    """What was not looked at: the gate does not open for it."""
    for item in report.unchecked:
        title = f"unchecked {item.rule} in {item.entry or 'the registry'}"
        yield _command("error", title, [item.reason], {})
    for path in report.empty:
        yield _command("error", "nothing to check", [holds_none(report, path)], {})


def _more(left: list[Finding | None]) -> str:
    """How many the ten do not tell, and where they are told; None is something unchecked."""
    findings = [finding for finding in left if finding is not None]
    parts = [severities(findings)] if findings else []
    parts += [f"{len(left) - len(findings)} unchecked"] if None in left else []
    said = f"{', '.join(parts)} more: see the summary of this job, or run registrar check"
    return _command("notice", "more findings", [said], {})


def _verdict(report: Report) -> Iterator[str]:
    yield f"registrar: {verdict_word(report)}: {counts(report)}"
    if later := deferred(report):
        yield escape(later)
    if report.findings:
        yield f"a rule is explained by {EXPLAIN}, or {VENDORED}"
    if report.rules_off:
        yield f"switched off by policy: {escape(', '.join(report.rules_off))}"


def _command(name: str, title: str, said: list[str], where: dict[str, str]) -> str:
    lines = [_data(escape(line)[:_MAX_MESSAGE]) for line in said if line]
    properties = {"title": title, **where}
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {written}::{'%0A'.join(lines)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(escape(text)).replace(":", "%3A").replace(",", "%2C")
