"""Whether fixes are a gain: what they mend is gone, and nothing is worse than before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from registrar.domain.findings import Finding, Phase, Severity
from registrar.domain.report import Report
from registrar.reading.baseline import BASELINE_NAME
from registrar.reading.characters import control_flaws
from registrar.reading.documents import MAX_BYTES, decode
from registrar.reading.json import read_json
from registrar.reading.yaml import read_yaml
from registrar.rules import RULES

_HISTORY = frozenset(rule.name for rule in RULES if rule.phase is Phase.HISTORY)


def losses(
    before: Report, after: Report, chosen: Sequence[Finding], texts: Mapping[str, bytes]
) -> dict[str | None, str]:
    """The entries for which the chosen fixes are no gain, each with a reason.

    Every file must stay readable and every finding must be gone. A mended value may be refused by
    another rule that could not look at it before, but no file may have more findings than before,
    nor worse ones; of several fixes of one entry none may bring anything, since none of them could
    be blamed. Nothing may be unchecked that was not, and no merged version may be changed.
    Notes of history are no loss: they list what was amended, and it may be. Nor is it one that
    a waiver or a line of the baseline is needed no longer.
    """
    found: dict[str | None, str] = {}
    for entry, reason in _all(before, after, chosen, texts):
        found.setdefault(entry, reason)
    return found


def _all(
    before: Report, after: Report, chosen: Sequence[Finding], texts: Mapping[str, bytes]
) -> Iterator[tuple[str | None, str]]:
    for finding in chosen:
        for edit in finding.fix.edits if finding.fix else ():
            if not _readable(edit.path, texts[edit.path]):
                yield finding.entry, f"{edit.path} could not be read any more"
    old, new = _findings(before), _findings(after)
    asked = Counter(map(_said, chosen))
    then, now = Counter(map(_said, old)), Counter(map(_said, new))
    for said, count in asked.items():
        if now[said] > then[said] - count:
            yield said[1], "the finding would stay"
    yield from _history(old, new)
    yield from _counts(old, new)
    yield from _unclear(old, new, Counter(finding.entry for finding in chosen))
    for item in set(after.unchecked) - set(before.unchecked):
        yield item.entry, f"{item.rule} could not look any more: {item.reason}"
    if len(after.faults) > len(before.faults):
        yield None, "a rule would break: a fault of the program"


def _findings(report: Report) -> list[Finding]:
    """All of them: a waived finding is no place to hide a new one in."""
    return [*report.findings, *(f for f, _ in report.waived), *report.baselined]


def _said(finding: Finding) -> tuple[str, str | None, str]:
    return (finding.rule, finding.entry, finding.message)


def _history(old: list[Finding], new: list[Finding]) -> Iterator[tuple[str | None, str]]:
    """What a change would do to merged versions and to the gate."""

    def kinds(findings: list[Finding]) -> set[tuple[str, str | None, str]]:
        told = (f for f in findings if f.rule in _HISTORY and f.severity is not Severity.NOTE)
        # what stands in parentheses is which entries it is about: one more is nothing new
        return {(f.rule, f.entry, f.message.partition("(")[0]) for f in told}

    for rule, entry, kind in kinds(new) - kinds(old):
        told = (f for f in new if (f.rule, f.entry) == (rule, entry))
        message = next(f.message for f in told if f.message.startswith(kind))
        yield entry, f"it would bring {rule}: {message}"


def _counts(old: list[Finding], new: list[Finding]) -> Iterator[tuple[str | None, str]]:
    """Files that have more findings of a severity, or worse, than before."""
    for severity in Severity:

        def counted(findings: list[Finding], worst: Severity = severity) -> Counter[str]:
            told = (f for f in findings if f.severity.rank <= worst.rank)
            kept = (f for f in told if not _record(f))
            return Counter(f.place.path for f in kept)

        for path in counted(new) - counted(old):
            there = [f for f in new if f.place.path == path and f.severity.rank <= severity.rank]
            there = [f for f in there if not _record(f)]
            yield there[0].entry, _brought(old, there)


def _unclear(
    old: list[Finding], new: list[Finding], chosen: Counter[str | None]
) -> Iterator[tuple[str | None, str]]:
    """Entries with several fixes and something new: what one mends must not pay for another."""
    there = Counter(map(_said, old))
    for finding in new:
        if chosen[finding.entry] > 1 and not _record(finding):
            if there[_said(finding)] == 0:
                yield finding.entry, f"it would bring {finding.rule}: {finding.message}"
            there[_said(finding)] -= 1


def _record(finding: Finding) -> bool:
    """Tell what is no loss: that a version was amended, or needs an exception no longer."""
    if finding.rule == "waiver-valid":
        return finding.severity is not Severity.ERROR
    return finding.rule in _HISTORY and finding.severity is Severity.NOTE


def _brought(old: list[Finding], new: list[Finding]) -> str:
    """The first finding that was not there."""
    before = Counter(map(_said, old))
    for finding in new:
        if before[_said(finding)] == 0:
            return f"it would bring {finding.rule}: {finding.message}"
        before[_said(finding)] -= 1
    return f"it would bring {new[0].rule}: {new[0].message}"


def _readable(path: str, raw: bytes) -> bool:
    if path == BASELINE_NAME:
        return True  # it judges: what breaks it ends the check
    if path.endswith((".yaml", ".yml")):
        return read_yaml(raw).readable
    if path.endswith(".json"):
        return read_json(raw).readable
    text, flaw = decode(raw, MAX_BYTES)
    return flaw is None and not control_flaws(text, raw)
