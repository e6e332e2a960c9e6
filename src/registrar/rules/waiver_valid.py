"""Refuses waivers that are incomplete, too long, or over.

What it does: wants `rule`, `entry`, `reason`, `owner`, `granted`, `expires` of every waiver, and
at most `[waivers] max_days` between the two dates. `gate-intact` and `waiver-valid` cannot be
waived. An expired waiver waives nothing for entries of the change; for merged, unchanged entries
it goes on waiving, with a warning. A waiver that has waived nothing, 30 days after it was
granted, is a warning. A number of the baseline that could be lower is a note.

Why this is bad: an exception without an owner and an end is a rule that was switched off.

Example:

    - {rule: artifact-format, entry: fraud-1.4.0, reason: legacy, owner: risk@acme.example,
       granted: "2026-11-01", expires: "2036-11-01"}

Use instead: a date within the policy's limit, and a new decision when it comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from registrar.domain.findings import Outcome, Phase, Problem, Severity
from registrar.domain.places import At, Span
from registrar.domain.policy import Waiver
from registrar.reading.baseline import BASELINE_NAME
from registrar.reading.corrections import quoted
from registrar.reading.waivers import WAIVERS_NAME
from registrar.rules.rule import Change, Rule

_NEAR = ("waivers.yml", "waivers.json")
UNUSED_AFTER = timedelta(days=30)


def check(change: Change) -> Iterator[tuple[str | None, Outcome]]:
    """Judge the register of waivers and each waiver of a judged entry."""
    for name in _NEAR:
        if change.head.node(name) is not None:
            at = At(name, absolute=True)
            message = f"{name} is not read"
            yield None, Problem(message, f"rename it to {WAIVERS_NAME}", at, Severity.WARNING)
    mended = any(file.path == WAIVERS_NAME and not file.flaws for file in change.gate_files)
    severity = Severity.NOTE if mended else None  # the change that mends them must get in
    for flaw in change.waiver_flaws:
        fix = quoted(WAIVERS_NAME, flaw)
        yield None, Problem(flaw.message, flaw.hint, _at(flaw.span), severity, fix)
    for waiver in change.waivers:
        limit = change.policy.waiver_max_days
        gone = waiver.entry not in change.entries and waiver.entry not in change.touched
        if waiver.too_long(limit):
            days = (waiver.expires - waiver.granted).days
            message = f"the waiver runs {days} days and waives nothing; the policy allows {limit}"
            hint = "bring expires forward"
            yield waiver.entry, Problem(message, hint, _at(waiver.span), severity)
        elif gone or waiver.entry in change.records or waiver.entry in change.touched:
            yield from _dates(waiver, change)
    for entry, rule, left in change.slack:
        at = At(BASELINE_NAME, span=change.baseline.span(entry, rule), absolute=True)
        count = change.baseline.counts[entry, rule]
        allowed = f"{count} {'error' if count == 1 else 'errors'}"
        message = f"the baseline allows {allowed} of {rule} in {entry}, and {left} are left"
        hint = f"write {left}" if left else "take it out"
        yield entry, Problem(message, hint, at, Severity.NOTE)


def _dates(waiver: Waiver, change: Change) -> Iterator[tuple[str | None, Outcome]]:
    what = f"the waiver of {waiver.rule} for {waiver.entry}"
    if waiver.granted > change.at:
        message = f"{what} begins on {waiver.granted} and waives nothing yet"
        yield waiver.entry, Problem(message, "", _at(waiver.span), Severity.NOTE)
    elif waiver.expired(change.at):
        merged = not change.has_base or waiver.entry not in change.touched
        if merged and waiver not in change.used_waivers:
            hint = "remove it; nothing needs it"
            message = f"{what} expired on {waiver.expires}"
            yield waiver.entry, Problem(message, hint, _at(waiver.span), Severity.WARNING)
            return
        message = f"{what} expired on {waiver.expires}" + ("" if merged else " and waives nothing")
        hint = "decide again: mend the entry, or grant a new waiver"
        severity = Severity.WARNING if merged else None
        yield waiver.entry, Problem(message, hint, _at(waiver.span), severity)
    elif waiver not in change.used_waivers and change.at - waiver.granted > UNUSED_AFTER:
        message = f"{what} has waived nothing"
        hint = "remove it; nothing needs it"
        yield waiver.entry, Problem(message, hint, _at(waiver.span), Severity.WARNING)


def _at(span: Span) -> At:
    return At(WAIVERS_NAME, span=span, absolute=True)


RULE = Rule(
    name="waiver-valid",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="waivers are complete, within the limit, and not over",
    change=check,
    last=True,
    configurable="severity, [waivers] max_days",
    fixable=True,
)
