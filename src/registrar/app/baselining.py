"""Applying the baseline: what the registry was adopted with is kept and counted, not failing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from registrar.app.comparison import Comparison
from registrar.app.gate_files import baseline_in
from registrar.app.rulebook import Rulebook
from registrar.app.selection import Selection, entries_of
from registrar.domain.baseline import Baseline
from registrar.domain.findings import Finding, Severity
from registrar.reading.waivers import NEVER


@dataclass(frozen=True, slots=True)
class Baselined:
    """Findings that stand, findings that the baseline knows, and what it lists too much."""

    standing: tuple[Finding, ...]
    known: tuple[Finding, ...]
    slack: tuple[tuple[str, str, int], ...]
    """Entry and rule whose number could be lower, and how many errors are left."""


def baseline_of(book: Rulebook, comparison: Comparison) -> Baseline:
    """What is excused: what the judge's baseline lists, and a change has not taken off.

    With a base only entries that are merged: nothing new is excused by a name.
    """
    baseline = book.baseline
    if not comparison.has_base or comparison.before is None or not baseline.counts:
        return baseline
    coming = baseline_in(comparison.head, book.policy)
    if coming is not None and coming != baseline_in(comparison.before, book.policy):
        baseline = baseline.within(coming)
    return baseline.only(entries_of(comparison.before, book.policy.root))


def with_lowered(selection: Selection, book: Rulebook, comparison: Comparison) -> Selection:
    """Judge, too, the entries that a change takes off the baseline, wholly or in part.

    Nothing else of them may have changed: off the baseline they must pass.
    """
    if not comparison.has_base or comparison.before is None:
        return selection
    coming = baseline_in(comparison.head, book.policy)
    past = baseline_in(comparison.before, book.policy)
    if coming is None or past is None or not past.counts or coming == past:
        return selection
    lowered = {entry for entry, _, _, _ in past.beyond(coming)} | set(selection.judged)
    judged = tuple(name for name in selection.all if name in lowered)
    return replace(selection, judged=judged, untouched=selection.untouched and not judged)


def apply_baseline(
    findings: Iterable[Finding], baseline: Baseline, judged: Iterable[str]
) -> Baselined:
    """Split findings by the baseline; ``judged`` are the entries that were looked at.

    Only errors are excused, and only as many of one rule and entry as are listed: where there
    are more, all of them stand, since no number tells the old from the new.
    """
    findings = tuple(findings)
    found = Counter((f.entry or "", f.rule) for f in findings if f.severity is Severity.ERROR)
    counts = baseline.counts
    excused = {key for key, number in found.items() if number <= counts.get(key, 0)}
    standing: list[Finding] = []
    known: list[Finding] = []
    for finding in findings:
        fits = (finding.entry or "", finding.rule) in excused and finding.rule not in NEVER
        is_error = finding.severity is Severity.ERROR
        allowed = counts.get((finding.entry or "", finding.rule), 0)
        if allowed and is_error and not fits:
            now = found[finding.entry or "", finding.rule]
            more = f"the baseline excuses {allowed} of {finding.rule} here, and now there are {now}"
            finding = replace(finding, hint=f"{finding.hint}; {more}" if finding.hint else more)
        (known if fits and is_error else standing).append(finding)
    looked = frozenset(judged)
    slack = tuple(
        (entry, rule, found[entry, rule])
        for (entry, rule), number in sorted(counts.items())
        if entry in looked and found[entry, rule] < number
    )
    return Baselined(tuple(standing), tuple(known), slack)
