"""The report as versioned JSON; every character outside printable ASCII is escaped."""

from __future__ import annotations

from typing import Any

from registrar import __version__
from registrar.domain.findings import Finding
from registrar.domain.policy import Waiver
from registrar.domain.report import Report
from registrar.formats.dumping import dumps
from registrar.formats.text import Sources

REPORT_VERSION = 1


def render(report: Report, sources: Sources) -> str:
    """The report as one JSON document, keys in a fixed order."""
    return dumps(as_dict(report)) + "\n"


def as_dict(report: Report) -> dict[str, Any]:
    """The report as plain values."""
    judge = report.judged_by
    runtime: dict[str, Any] = {}
    if report.runtime is not None:
        from registrar.formats.runtime import as_dict as looked  # few runs look

        runtime = {"runtime": looked(report.runtime)}
    return {
        "report_version": REPORT_VERSION,
        "tool": {"name": "registrar", "version": __version__},
        "verdict": report.verdict.value,
        "exit_code": report.exit_code,
        "at": report.at.isoformat(),
        "judged_by": {
            "revision": judge.revision,
            "policy_sha256": judge.policy_sha256,
            "source": judge.source,
        },
        "base": report.base,
        "head": report.head,
        "checked": list(report.checked),
        "phases": {phase.value: state.value for phase, state in report.phases.items()},
        "rules_off": list(report.rules_off),
        "findings": [_finding(finding) for finding in report.findings],
        "waived": [
            {**_finding(finding), "waiver": _waiver(waiver)} for finding, waiver in report.waived
        ],
        "baselined": [_finding(finding) for finding in report.baselined],
        "deferred": [
            {"rule": item.rule, "entry": item.entry, "settled_by": item.settled_by}
            for item in report.deferred
        ],
        "unchecked": [
            {"rule": item.rule, "entry": item.entry, "reason": item.reason}
            for item in report.unchecked
        ],
        **runtime,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    span = finding.place.span
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "entry": finding.entry,
        "message": finding.message,
        "hint": finding.hint,
        "path": finding.place.path,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
        "url": finding.url,
        "fixable": finding.fixable,
    }


def _waiver(waiver: Waiver) -> dict[str, Any]:
    return {
        "rule": waiver.rule,
        "entry": waiver.entry,
        "sha256": waiver.sha256,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "granted": waiver.granted.isoformat(),
        "expires": waiver.expires.isoformat(),
    }
