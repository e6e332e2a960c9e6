"""What SARIF wants to know of the program: its rules, and how the run went."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from registrar import __version__
from registrar.domain.findings import Severity
from registrar.domain.report import Report, RuleFacts
from registrar.formats.escape import escape
from registrar.formats.summary import counts, holds_none, judge, not_asked, verdict_word

MAX_NOTES = 1_000
_PLACEHOLDER = re.compile(r"\{([0-9]+)\}")
_PROBLEM = {"error": "error", "warning": "warning", "note": "recommendation"}


def message(text: str, more: str = "") -> dict[str, str]:
    """A plain-text message: ``[text](target)`` would be a link in it, ``{0}`` a placeholder."""
    said = escape(text) + "\n".join(escape(line) for line in more.split("\n"))
    said = said.replace("](", "]\\(")
    return {"text": _PLACEHOLDER.sub(r"{{\1}}", said)}


def rule_names(report: Report) -> dict[str, int]:
    """The rules that the report speaks of, with their index."""
    found = [*report.findings, *report.baselined, *(finding for finding, _ in report.waived)]
    names = {finding.rule for finding in found}
    names |= {item.rule for item in report.unchecked} | {item.rule for item in report.deferred}
    return {name: index for index, name in enumerate(sorted(names))}


def driver(report: Report, names: dict[str, int]) -> dict[str, Any]:
    """The program and the rules that the report speaks of, with their pages as help."""
    facts = {rule.name: rule for rule in report.rules}
    urls = {f.rule: f.url for f in (*report.findings, *(f for f, _ in report.waived))}
    return {
        "name": "registrar",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(name, facts.get(name), urls.get(name, "")) for name in names],
    }


def _rule(name: str, rule: RuleFacts | None, url: str) -> dict[str, Any]:
    link = {"helpUri": url} if url.startswith("https://") else {}
    if rule is None:
        return {"id": name, **link}
    level = rule.severity.value
    first = rule.page.split("\n\n")[2:3]  # after the title and the table
    return {
        "id": name,
        **link,
        "shortDescription": {"text": f"{rule.summary[:1].upper()}{rule.summary[1:]}."},
        "fullDescription": {"text": first[0] if first else rule.summary},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": ["model-registry", rule.phase.value],
            "problem.severity": _PROBLEM[level],
            "precision": "very-high",
        },
    }


def invocation(report: Report, names: dict[str, int], left_out: int) -> dict[str, Any]:
    """How the run went: false where something asked for was not looked at, and what."""
    told = list(_unchecked(report, names))
    notifications = told[:MAX_NOTES]
    if len(told) > MAX_NOTES:
        notifications.append(_note("error", f"{len(told) - MAX_NOTES:,} more unchecked"))
    if left_out:
        said = f"{left_out:,} more results; code scanning takes no more in a run"
        notifications.append(_note("warning", said))
    notifications += _deferred(report, names)
    return {
        "executionSuccessful": not (report.unchecked or report.empty or report.faults),
        "exitCode": report.exit_code,
        "exitCodeDescription": f"{verdict_word(report)}: {counts(report)}",
        "toolExecutionNotifications": notifications,
        "toolConfigurationNotifications": list(_configuration(report)),
    }


def _unchecked(report: Report, names: dict[str, int]) -> Iterator[dict[str, Any]]:
    for item in report.unchecked:
        said = f"unchecked: {item.entry or 'the registry'}: {item.reason}"
        yield _note("error", said, item.rule, names)
    for path in report.empty:
        yield _note("error", f"nothing to check: {holds_none(report, path)}")


def _deferred(report: Report, names: dict[str, int]) -> Iterator[dict[str, Any]]:
    """One note a rule: thousands of entries may lie behind pointers."""
    for name in names:
        items = [item for item in report.deferred if item.rule == name]
        if items:
            said = f"deferred: bytes that are not here, entries: {len(items):,}; "
            said += f"settle it: {items[0].settled_by}"
            yield _note("note", said, name, names)


def _configuration(report: Report) -> Iterator[dict[str, Any]]:
    yield _note("note", f"judged by {judge(report)} on {report.at.isoformat()}")
    if missing := not_asked(report):
        yield _note("note", f"not asked: {', '.join(missing)}")
    if report.rules_off:
        yield _note("note", f"switched off by policy: {', '.join(report.rules_off)}")
    if report.fail_on is not Severity.ERROR:
        yield _note("note", f"findings fail the check from severity {report.fail_on.value} on")


def _note(
    level: str, said: str, rule: str | None = None, names: dict[str, int] | None = None
) -> dict[str, Any]:
    note: dict[str, Any] = {"level": level, "message": message(said)}
    if rule is not None and names is not None:
        note["associatedRule"] = {"id": rule, "index": names[rule]}
    return note
