"""The report as JUnit XML: a suite an entry, a case a rule that was asked.

XML 1.0 in ASCII. Above ``MAX_CASES`` the entries with nothing to tell are one case each: 10,000
entries by 24 rules are 15 MB that no server shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from registrar.domain.findings import Finding
from registrar.domain.report import Report
from registrar.formats.escape import escape
from registrar.formats.summary import EXPLAIN, holds_none, judge, not_asked, verdict_word
from registrar.formats.text import Sources

MAX_CASES = 20_000
REGISTRY = "the registry"
"""The suite of what belongs to no entry."""


@dataclass(slots=True)
class _Case:
    """What was said about one rule on one entry."""

    failing: list[Finding] = field(default_factory=list)
    milder: list[Finding] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    deferred: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Suite:
    """One entry: its cases by rule, and its properties."""

    cases: dict[str, _Case] = field(default_factory=dict)
    properties: list[tuple[str, str]] = field(default_factory=list)

    def case(self, rule: str) -> _Case:
        """The case of a rule, made where it is not there yet."""
        return self.cases.setdefault(rule, _Case())


def render(report: Report, sources: Sources) -> str:
    """All suites, the registry's own first, then the entries by name."""
    suites = _suites(report)
    rules = [rule.name for rule in report.rules]
    checked = frozenset(report.checked)
    short = len(checked) * len(rules) > MAX_CASES
    written = []
    for entry, suite in suites.items():
        passed = rules if entry in checked else []
        if short and passed:
            passed = [] if suite.cases else [f"all {len(rules)} rules"]
        written.append(_suite(entry or REGISTRY, suite, passed))
    total = Counter[str]()
    for _, count in written:
        total.update(count)
    head = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="registrar"{_counts(total)}>\n'
    )
    return head + "".join(text for text, _ in written) + "</testsuites>\n"


def _suites(report: Report) -> dict[str | None, _Suite]:
    """What the report says, sorted by entry and rule."""
    suites: dict[str | None, _Suite] = {None: _Suite()}
    suites |= {entry: _Suite() for entry in sorted(report.checked)}

    def suite(entry: str | None) -> _Suite:
        return suites.setdefault(entry or None, _Suite())

    for finding in report.findings:
        case = suite(finding.entry).case(finding.rule)
        fails = finding.severity.rank <= report.fail_on.rank
        (case.failing if fails else case.milder).append(finding)
    for item in report.unchecked:
        suite(item.entry).case(item.rule).unchecked.append(item.reason)
    for later in report.deferred:
        suite(later.entry).case(later.rule).deferred.append(later.settled_by)
    for path in report.empty:
        said = f"nothing to check: {holds_none(report, path)}"
        suite(None).case("nothing-to-check").unchecked.append(said)
    for finding, waiver in report.waived:
        said = f"{_line(finding)} (until {waiver.expires} by {waiver.owner}: {waiver.reason})"
        suite(finding.entry).properties.append(("waived", said))
    for finding in report.baselined:
        suite(finding.entry).properties.append(("baselined", _line(finding)))
    suites[None].properties[:0] = _judged(report)
    return suites


def _judged(report: Report) -> Iterator[tuple[str, str]]:
    yield "verdict", verdict_word(report)
    yield "exit_code", str(report.exit_code)
    yield "judged_by", f"{judge(report)} on {report.at.isoformat()}"
    yield from (("not_asked", phase) for phase in not_asked(report))
    yield from (("rule_off", name) for name in report.rules_off)


def _suite(name: str, suite: _Suite, passed: list[str]) -> tuple[str, Counter[str]]:
    """A suite as XML, and what it counts; ``passed`` are cases even where nothing was said."""
    names = sorted({*passed, *suite.cases})
    cases = {rule: suite.cases.get(rule, _Case()) for rule in names}
    count = Counter(tests=len(cases))
    lines = [f'<property name="{key}" value="{_xml(value)}"/>' for key, value in suite.properties]
    lines = ["<properties>", *lines, "</properties>"] if lines else []
    for rule, case in cases.items():
        kind, inside = _outcome(case)
        count[kind] += bool(kind)
        start = f'<testcase classname="{_xml(name)}" name="{_xml(rule)}"'
        lines.append(f"{start}>{''.join(inside)}</testcase>" if inside else f"{start}/>")
    opened = f'<testsuite name="{_xml(name)}"{_counts(count)}>'
    return "".join(f"{line}\n" for line in (opened, *lines, "</testsuite>")), count


def _outcome(case: _Case) -> tuple[str, list[str]]:
    """The word that the counts know, and the elements: one outcome a case, the rest as output."""
    kind, inside = "", []
    said = [_line(finding) for finding in case.milder]
    if case.failing:
        kind = "failures"
        worst, lines = case.failing[0], [_told(finding) for finding in case.failing]
        more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
        message = f'type="{worst.severity.value}" message="{_xml(worst.message + more)}"'
        inside.append(f"<failure {message}>{_text(lines)}</failure>")
    if case.unchecked and not kind:
        kind, first = "errors", f"unchecked: {case.unchecked[0]}"
        inside.append(f'<error type="unchecked" message="{_xml(first)}">')
        inside.append(f"{_text(case.unchecked)}</error>")
    elif case.unchecked:
        said += [f"unchecked: {reason}" for reason in case.unchecked]
    deferred = "deferred: the bytes are not here; settle it"
    later = [f"{deferred}: {how}" for how in case.deferred]
    if later and not kind:
        kind = "skipped"
        inside.append(f'<skipped message="{_xml("; ".join(later))}"/>')
    elif later:
        said += later
    return kind, inside + ([f"<system-out>{_text(said)}</system-out>"] if said else [])


def _line(finding: Finding) -> str:
    span = finding.place.span
    where = f"{finding.place.path}{f':{span.line}:{span.column}' if span else ''}"
    return f"{finding.severity.value}[{finding.rule}] {where}: {finding.message}"


def _told(finding: Finding) -> str:
    hint = f" (hint: {finding.hint})" if finding.hint else ""
    return f"{_line(finding)}{hint}, see {EXPLAIN.replace('NAME', finding.rule)}"


def _counts(count: Counter[str]) -> str:
    return "".join(f' {key}="{count[key]}"' for key in ("tests", "failures", "errors", "skipped"))


def _text(lines: Iterable[str]) -> str:
    return "\n".join(_xml(line) for line in lines)


def _xml(text: str) -> str:
    """Text for an element or an attribute: printable, ASCII, none of it markup."""
    text = escape(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").encode("ascii", "xmlcharrefreplace").decode("ascii")
