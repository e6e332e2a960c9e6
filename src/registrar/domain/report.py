"""The frozen answer of a check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registrar.domain.findings import Deferred, Finding, Phase, Severity, Unchecked
from registrar.domain.policy import Waiver
from registrar.errors import (
    EXIT_FAULT,
    EXIT_FINDINGS,
    EXIT_INCOMPLETE,
    EXIT_NOTHING,
    EXIT_PASS,
)


class Verdict(StrEnum):
    """The answer in one word."""

    PASS = "pass"
    FAIL = "fail"
    INCOMPLETE = "incomplete"


class PhaseState(StrEnum):
    """What became of a phase: run, not asked for, or asked for and impossible."""

    RUN = "run"
    NOT_ASKED = "not asked"
    PARTLY = "partly"


@dataclass(frozen=True, slots=True)
class JudgedBy:
    """Who judged: ``base``, ``policy-from``, ``work-tree`` or ``built-in``."""

    source: str
    revision: str | None = None
    policy_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a check found; formats only write it down."""

    at: date
    judged_by: JudgedBy
    base: str | None
    head: str | None
    checked: tuple[str, ...]
    phases: Mapping[Phase, PhaseState]
    rules_off: tuple[str, ...]
    findings: tuple[Finding, ...]
    waived: tuple[tuple[Finding, Waiver], ...]
    deferred: tuple[Deferred, ...]
    unchecked: tuple[Unchecked, ...]
    empty: tuple[str, ...] = ()
    """Paths that were asked for and hold no entry; the registry itself where it is empty."""
    fail_on: Severity = Severity.ERROR
    faults: tuple[str, ...] = ()
    """Tracebacks of rules that broke; what they were asked for is unchecked."""
    untouched: bool = False
    """True where a base was given and the difference touches no entry: a pass."""

    @property
    def failing(self) -> int:
        """Number of findings at or above ``fail_on``."""
        return sum(f.severity.rank <= self.fail_on.rank for f in self.findings)

    @property
    def verdict(self) -> Verdict:
        """Findings fail; what could not be looked at, or nothing to look at, is incomplete."""
        if self.failing:
            return Verdict.FAIL
        return Verdict.INCOMPLETE if self.unchecked or self.empty else Verdict.PASS

    @property
    def exit_code(self) -> int:
        """70 fault, 1 findings, 4 incomplete, 3 nothing to check, 0 pass; the first that holds."""
        if self.faults:
            return EXIT_FAULT
        if self.failing:
            return EXIT_FINDINGS
        if self.unchecked:
            return EXIT_INCOMPLETE
        return EXIT_NOTHING if self.empty else EXIT_PASS
