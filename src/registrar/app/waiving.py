"""Applying waivers: what they cover is kept and counted, not dropped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from registrar.domain.findings import Finding, Severity
from registrar.domain.policy import Waiver
from registrar.reading.waivers import NEVER


@dataclass(frozen=True, slots=True)
class Waived:
    """Findings that stand, and findings with the waiver that covers them."""

    standing: tuple[Finding, ...]
    waived: tuple[tuple[Finding, Waiver], ...]

    @property
    def used(self) -> frozenset[Waiver]:
        """The waivers that cover something."""
        return frozenset(waiver for _, waiver in self.waived)


def apply_waivers(
    findings: Iterable[Finding],
    waivers: tuple[Waiver, ...],
    at: date,
    max_days: int,
    changed: frozenset[str],
) -> Waived:
    """Split findings by waivers.

    A waiver counts from its first to its last day; an expired one goes on for entries that are
    not in ``changed``; one that is longer than ``max_days`` waives nothing.
    """
    live = [
        waiver
        for waiver in waivers
        if waiver.granted <= at
        and not waiver.too_long(max_days)
        and (not waiver.expired(at) or waiver.entry not in changed)
    ]
    standing, waived = [], []
    for finding in findings:
        waiver = next((w for w in live if _covers(w, finding)), None)
        if waiver is None or finding.severity is Severity.NOTE:
            standing.append(finding)
        else:
            waived.append((finding, waiver))
    return Waived(tuple(standing), tuple(waived))


def _covers(waiver: Waiver, finding: Finding) -> bool:
    if finding.rule in NEVER or (waiver.rule, waiver.entry) != (finding.rule, finding.entry):
        return False
    return waiver.sha256 is None or waiver.sha256 == finding.digest
