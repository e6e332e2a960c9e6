"""The report as SARIF 2.1.0, within the limits of code scanning.

Source: the OASIS standard, and GitHub's "SARIF support for code scanning": 25,000 results a run,
a place for every result, ``primaryLocationLineHash`` as the fingerprint that is compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from registrar.domain.findings import Edit, Finding, Fix, Severity
from registrar.domain.places import Place, Span
from registrar.domain.report import Report
from registrar.formats.dumping import dumps
from registrar.formats.fingerprints import fingerprints
from registrar.formats.sarif_tool import driver, invocation, message, rule_names
from registrar.formats.summary import worst_first
from registrar.formats.text import Sources

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
MAX_RESULTS = 25_000
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_BASE = "%SRCROOT%"

Suppressed = tuple[Finding, str | None]
"""A finding, and why it does not count; None where it does."""


def render(report: Report, sources: Sources) -> str:
    """One log with one run."""
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report)]}) + "\n"


def _run(report: Report) -> dict[str, Any]:
    told = list(_told(report))
    kept, names = told[:MAX_RESULTS], rule_names(report)
    marks = fingerprints([finding for finding, _ in told])
    base = {"description": {"text": "The top of the repository that was judged."}}
    return {
        "tool": {"driver": driver(report, names)},
        "automationDetails": {"id": "registrar/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: base},
        "invocations": [invocation(report, names, len(told) - len(kept))],
        "results": [
            _result(report, finding, why, mark, names)
            for (finding, why), mark in zip(kept, marks, strict=False)
        ],
    }


def _told(report: Report) -> Iterator[Suppressed]:
    """What counts, worst first where not all of it can be told; then what is suppressed."""
    findings = report.findings
    for finding in worst_first(findings) if len(findings) > MAX_RESULTS else findings:
        yield finding, None
    for finding, waiver in report.waived:
        yield finding, f"waived until {waiver.expires} by {waiver.owner}: {waiver.reason}"
    for finding in report.baselined:
        yield finding, "listed in the baseline that the registry was adopted with"


def _result(
    report: Report, finding: Finding, why: str | None, mark: str, names: dict[str, int]
) -> dict[str, Any]:
    hint = f"\nHint: {finding.hint}" if finding.hint else ""
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": names[finding.rule],
        "level": LEVELS[finding.severity],
        "message": message(finding.message, hint),
        "locations": [{"physicalLocation": _location(finding.place, report.root)}],
        "partialFingerprints": {"primaryLocationLineHash": mark, "registrar/v1": mark},
    }
    if finding.entry is not None:
        result["properties"] = {"entry": finding.entry}
    if why is not None:
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": message(why)["text"]}
        ]
    if finding.fix is not None:
        result["fixes"] = [_fix(finding.fix)]
    return result


def _location(place: Place, root: str) -> dict[str, Any]:
    located: dict[str, Any] = {"artifactLocation": _artifact(place.path or root)}
    if place.span is not None:
        located["region"] = _region(place.span)
    return located


def _artifact(path: str) -> dict[str, str]:
    try:
        raw = path.encode("utf-8", "surrogateescape")  # the bytes that git has
    except UnicodeEncodeError:
        raw = path.encode("utf-8", "replace")
    return {"uri": quote(raw, safe="/"), "uriBaseId": _BASE}


def _region(span: Span) -> dict[str, int]:
    """The end column is exclusive in SARIF, too."""
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    """The edits by file; their text is given as it is, for a program to insert."""
    changes: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        changes.setdefault(edit.path, []).append(edit)
    return {
        "description": message(fix.title),
        "artifactChanges": [
            {
                "artifactLocation": _artifact(path),
                "replacements": [
                    {
                        "deletedRegion": _region(edit.span),
                        "insertedContent": {"text": edit.text},
                    }
                    for edit in edits
                ],
            }
            for path, edits in changes.items()
        ],
    }
