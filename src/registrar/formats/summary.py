"""What every format for people says at the end, in the same words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from registrar.domain.findings import Finding, Phase, Severity
from registrar.domain.report import PhaseState, Report, Verdict
from registrar.errors import EXIT_NOTHING

_VERDICTS = {
    Verdict.PASS: "PASS",
    Verdict.FAIL: "FAIL",
    Verdict.INCOMPLETE: "INCOMPLETE",
}


_PARTLY = {
    Phase.HISTORY: "most of history (give --base; only source-in-history was asked)",
    Phase.REMOTE: "the bytes on the remotes (--verify-bytes reads them)",
}
"""What is left of a phase that ran in part."""
EXPLAIN = "registrar rules NAME"
"""The command that explains a rule."""
VENDORED = f"python3 -I scripts/registrar.pyz {EXPLAIN.removeprefix('registrar ')}"
"""The same by the program that ``registrar init`` lays beside the models."""
UNPROVED = "bytes not proved before merge"
"""What is said of a change that was judged without its bytes."""


def verdict_word(report: Report) -> str:
    """The verdict in capitals, or that there was nothing to judge."""
    return "NOTHING TO CHECK" if report.exit_code == EXIT_NOTHING else _VERDICTS[report.verdict]


def counts(report: Report) -> str:
    """How much was checked, found and not looked at."""
    parts = [_plural(len(report.checked), "entry", "entries") + " checked"]
    if report.untouched:
        parts = ["no entry touched"]
    parts.append(severities(report.findings) or "no findings")
    if report.baselined:
        parts.append(f"{len(report.baselined)} in the baseline")
    named = (("waived", report.waived), ("deferred", report.deferred))
    parts += [f"{len(items)} {name}" for name, items in (*named, ("unchecked", report.unchecked))]
    return ", ".join(parts)


def severities(findings: Iterable[Finding]) -> str:
    """The number of errors, warnings and notes; "" for none."""
    count = Counter(finding.severity for finding in findings)
    return ", ".join(_plural(count[s], s.value, f"{s.value}s") for s in Severity if count[s])


def not_asked(report: Report) -> list[str]:
    """The phases that were not asked, or only in part."""
    states = report.phases.items()
    missing = [phase.value for phase, state in states if state is PhaseState.NOT_ASKED]
    partly = (phase for phase, state in report.phases.items() if state is PhaseState.PARTLY)
    missing += [_PARTLY[phase] for phase in partly]
    return missing


def deferred(report: Report) -> str:
    """What waits for bytes that are elsewhere, in one line; "" for nothing."""
    entries = {item.entry for item in report.deferred}
    if not entries:
        return ""
    rules = ", ".join(sorted({item.rule for item in report.deferred}))
    settle = {item.settled_by for item in report.deferred}
    every = "registrar check --remote --verify-bytes"
    if report.runtime is not None:
        every += " --runtime"
    command = settle.pop() if len(settle) == 1 else every
    those = _plural(len(entries), "entry", "entries")
    told = f": {UNPROVED}" if unproved(report) else ""
    return f"deferred: the bytes of {those} are not here ({rules}){told}; settle it: {command}"


def unproved(report: Report) -> str:
    """That a change is judged without its bytes; "" where none is, or nothing waits for them."""
    if report.base is None or not report.deferred:
        return ""
    return f"{UNPROVED}: this check saw the pointers alone"


def looked(report: Report) -> list[str]:
    """Who looked into the bytes, and what became of the models; nothing where nobody did."""
    if report.runtime is None:
        return []
    from registrar.formats.runtime import told  # few runs look

    return told(report.runtime)


def holds_none(report: Report, path: str) -> str:
    """That a path is not there or holds no entry, and which one was perhaps meant."""
    meant = report.meant.get(path)
    told = f"there is no {path}" if path in report.absent else f"{path} holds no entry"
    return told + (f"; did you mean {meant}?" if meant else "")


def judge(report: Report) -> str:
    """Whose policy judged."""
    revision = f" {report.judged_by.revision[:12]}" if report.judged_by.revision else ""
    names = {
        "base": f"the policy of the base{revision}",
        "policy-from": f"the policy of{revision}",
        "work-tree": "the policy of the work tree",
        "built-in": "the built-in policy (there is no registrar.toml to judge by)",
    }
    return names[report.judged_by.source]


def mendable(report: Report) -> str:
    """How many findings ``registrar fix`` can mend; "" for none."""
    count = sum(finding.fixable for finding in report.findings)
    total = _plural(len(report.findings), "finding", "findings")
    return f"{count} of {total} can be mended by registrar fix" if count else ""


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Errors, then warnings, then notes; each in the order of the report."""
    return sorted(findings, key=lambda finding: finding.severity.rank)


def _plural(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
