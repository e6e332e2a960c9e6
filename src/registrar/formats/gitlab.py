"""The report as GitLab's code quality JSON, the CodeClimate subset that GitLab reads.

GitLab has no place for anything but issues: what was waived, deferred or switched off is an
issue of severity ``info``, what was not looked at one of severity ``blocker``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from registrar.domain.findings import Finding, Severity
from registrar.domain.report import Report
from registrar.formats.dumping import dumps
from registrar.formats.escape import escape
from registrar.formats.fingerprints import fingerprint, fingerprints
from registrar.formats.summary import EXPLAIN, deferred, holds_none
from registrar.formats.text import Sources

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.NOTE: "info"}


def render(report: Report, sources: Sources) -> str:
    """One JSON array; the fingerprints are those of SARIF."""
    return dumps([*_findings(report), *_rest(report)]) + "\n"


def _findings(report: Report) -> Iterator[dict[str, Any]]:
    """Findings by their severity; waived ones and those of the baseline as ``info``."""
    told = [(f, f.message, _SEVERITIES[f.severity]) for f in report.findings]
    for finding, waiver in report.waived:
        until = f"waived until {waiver.expires} by {waiver.owner}: {waiver.reason}"
        told.append((finding, f"{finding.message} ({until})", "info"))
    told += [(f, f"{f.message} (in the baseline)", "info") for f in report.baselined]
    prints = fingerprints([finding for finding, *_ in told])
    for (finding, message, severity), mark in zip(told, prints, strict=True):
        yield _issue(report, finding.rule, _described(finding, message), mark, severity, finding)


def _described(finding: Finding, message: str) -> str:
    hint = f"; {finding.hint}" if finding.hint else ""
    return f"{message}{hint}; see {EXPLAIN.replace('NAME', finding.rule)}"


def _rest(report: Report) -> Iterator[dict[str, Any]]:
    """What was not looked at, and why."""
    seen: set[str] = set()
    for item in report.unchecked:
        said = f"unchecked: {item.entry or 'the registry'}: {item.reason}"
        mark = fingerprint("unchecked", item.rule, said)
        if mark not in seen:
            yield _issue(report, item.rule, said, mark, "blocker")
        seen.add(mark)
    for path in report.empty:
        said = f"nothing to check: {holds_none(report, path)}"
        yield _issue(report, "nothing-to-check", said, fingerprint("empty", path), "blocker")
    if report.deferred:
        yield _issue(report, "deferred", deferred(report), fingerprint("deferred"), "info")
    for name in report.rules_off:
        said = "switched off by policy"
        yield _issue(report, name, said, fingerprint("off", name), "info")


def _issue(
    report: Report,
    name: str,
    description: str,
    mark: str,
    severity: str,
    finding: Finding | None = None,
) -> dict[str, Any]:
    span = finding.place.span if finding else None
    path = finding.place.path if finding else ""
    return {
        "description": escape(description),
        "check_name": name,
        "fingerprint": mark,
        "severity": severity,
        "location": {
            "path": escape(path or report.root),
            "lines": {"begin": span.line if span else 1},
        },
    }
