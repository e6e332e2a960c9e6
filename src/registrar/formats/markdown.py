"""The report as Markdown for the summary of a job or a note on a merge request.

All of it but the heading is HTML blocks without an empty line, in which nothing is Markdown, and
text of documents stands in ``<code>``, where forges look for no mention and no reference.
A summary holds 1 MiB on GitHub: each part is cut at whole items, with a count of the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from registrar.domain.findings import Finding, Severity
from registrar.domain.report import Report, Verdict
from registrar.formats.html import code, within
from registrar.formats.markdown_facts import facts_table
from registrar.formats.summary import (
    EXPLAIN,
    VENDORED,
    counts,
    holds_none,
    judge,
    looked,
    mendable,
    not_asked,
    severities,
    unproved,
    verdict_word,
    worst_first,
)
from registrar.formats.text import Sources

_FACTS, _FINDINGS, _PART = 200_000, 400_000, 70_000
"""Bytes that a part may take: with five small parts well below the 1,048,576 of a summary."""
_OPEN = 20
"""Findings of one entry that are shown without a click."""
_SIGNS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTE: "💡"}
_HEADS = {Verdict.PASS: "✅", Verdict.FAIL: "❌", Verdict.INCOMPLETE: "⚠️"}


def render(report: Report, sources: Sources) -> str:
    """Verdict, the entries of the change, the findings, then what does not count and why."""
    blocks = [
        f"## {_HEADS[report.verdict]} Registrar: {verdict_word(report)}",
        "<br>\n".join(_summary(report)).join(("<p>", "</p>")),
        facts_table(report.facts, len(report.checked), _FACTS) if report.facts else "",
        *_unchecked(report),
        *_findings(report),
        *_rest(report),
        _explained() if report.findings else "",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _summary(report: Report) -> Iterator[str]:
    yield counts(report)
    if mend := mendable(report):
        yield mend
    if told := unproved(report):
        yield f"<strong>{told}</strong>"
    yield from (code(line) for line in looked(report))
    missing = not_asked(report)
    yield f"not asked: {', '.join(missing)}" if missing else "all phases asked"
    if report.rules_off:
        yield f"switched off by policy: {', '.join(map(code, report.rules_off))}"
    yield f"judged by {judge(report)} on {report.at.isoformat()}"


def _findings(report: Report) -> Iterator[str]:
    """The findings by entry, the entry with the worst first; cut by severity, then grouped."""
    findings = worst_first(report.findings)
    shown = within(map(_finding, findings), _FINDINGS)
    groups: dict[str, list[tuple[Finding, str]]] = {}
    for finding, item in zip(findings, shown, strict=False):
        groups.setdefault(finding.entry or "", []).append((finding, item))
    for entry, group in groups.items():
        title = code(entry) if entry else "the registry"
        count = severities(finding for finding, _ in group)
        lines = [f"<h3>{title}: {count}</h3>", "<ul>"]
        lines += [item for _, item in group[:_OPEN]] + ["</ul>"]
        if len(group) > _OPEN:
            more = f"<summary>{len(group) - _OPEN:,} more of this entry</summary>"
            lines += ["<details>", more, "<ul>", *(item for _, item in group[_OPEN:])]
            lines += ["</ul>", "</details>"]
        yield "\n".join(lines)
    if rest := severities(findings[len(shown) :]):
        yield f"<p>… and {rest} more: registrar check tells all of them</p>"


def _finding(finding: Finding) -> str:
    span = finding.place.span
    where = f"{finding.place.path}{f':{span.line}:{span.column}' if span else ''}"
    said = (
        f"{_SIGNS[finding.severity]} {finding.severity.value} <strong>{code(finding.rule)}</strong>"
    )
    lines = [f"{said} {code(finding.message)}", f"at {code(where)}" if where else ""]
    lines += [f"hint: {code(finding.hint)}" if finding.hint else ""]
    return f"<li>{'<br>'.join(line for line in lines if line)}</li>"


def _explained() -> str:
    return f"<p>A rule is explained by {code(EXPLAIN)}, or {code(VENDORED)}.</p>"


def _unchecked(report: Report) -> Iterator[str]:
    """What keeps the verdict from a pass without being a finding: shown before the findings."""
    items = (f"{_on(i.rule, i.entry)}: {code(i.reason)}" for i in report.unchecked)
    yield _part("Unchecked", len(report.unchecked), items, folded=False)
    items = (code(holds_none(report, path)) for path in report.empty)
    yield _part("Nothing to check", len(report.empty), items, folded=False)


def _rest(report: Report) -> Iterator[str]:
    """What does not change the verdict, each part folded."""
    items = (
        f"{_on(f.rule, f.entry)}: {code(f.message)}<br>until {waiver.expires} by "
        f"{code(waiver.owner)}: {code(waiver.reason)}"
        for f, waiver in report.waived
    )
    yield _part("Waived", len(report.waived), items)
    items = (f"{_on(f.rule, f.entry)}: {code(f.message)}" for f in report.baselined)
    yield _part("In the baseline", len(report.baselined), items)
    items = (f"{_on(i.rule, i.entry)}: settle it: {code(i.settled_by)}" for i in report.deferred)
    yield _part("Deferred: the bytes are not here", len(report.deferred), items)


def _on(rule: str, entry: str | None) -> str:
    return f"<strong>{code(rule)}</strong> on {code(entry) if entry else 'the registry'}"


def _part(title: str, count: int, items: Iterable[str], folded: bool = True) -> str:
    """A titled list in at most ``_PART`` bytes, or nothing where it is empty."""
    if not count:
        return ""
    shown = within((f"<li>{item}</li>" for item in items), _PART)
    if left := count - len(shown):
        shown.append(f"<li>… and {left:,} more</li>")
    title = f"{title} ({count:,})"
    if folded:
        head, foot = ["<details>", f"<summary>{title}</summary>"], ["</details>"]
    else:
        head, foot = [f"<h3>{title}</h3>"], []
    return "\n".join([*head, "<ul>", *shown, "</ul>", *foot])
