"""The frozen answer of a check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from registrar.domain.findings import Deferred, Finding, Phase, Severity, Unchecked
from registrar.domain.policy import Waiver
from registrar.errors import (
    EXIT_FAULT,
    EXIT_FINDINGS,
    EXIT_INCOMPLETE,
    EXIT_NOTHING,
    EXIT_PASS,
)

if TYPE_CHECKING:
    from registrar.domain.scanning import Scanner
    from registrar.domain.smoking import Smoked


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
class MetricDelta:
    """One metric of an entry, and what the version before it measured on the same name."""

    name: str
    value: float
    before: float | None = None
    better: bool | None = None
    """Whether the change is for the better; None where nothing says which way is better."""


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What a reviewer wants to see of one entry of a change."""

    entry: str
    verdict: Verdict
    license: str | None = None
    size: int | None = None
    """Bytes of the artifact, from ``files``, its pointer, or the files that are here."""
    previous: str | None = None
    """The folder of the next lower version of the same model."""
    metrics: tuple[MetricDelta, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What a report tells of a rule that was asked."""

    name: str
    phase: Phase
    severity: Severity
    summary: str
    page: str
    """The rule's page, as Markdown."""


@dataclass(frozen=True, slots=True)
class RuntimeFacts:
    """Who looked into the bytes, and what became of the models that were run."""

    scanner: Scanner | None = None
    """None where nothing was scanned."""
    scanned: int = 0
    """Files."""
    smoked: tuple[Smoked, ...] = ()


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
    absent: frozenset[str] = frozenset()
    """Such paths at which nothing stands at all."""
    meant: Mapping[str, str] = field(default_factory=dict)
    """Such paths, to the entry that was perhaps meant."""
    fail_on: Severity = Severity.ERROR
    faults: tuple[str, ...] = ()
    """Tracebacks of rules that broke; what they were asked for is unchecked."""
    baselined: tuple[Finding, ...] = ()
    """Findings that the registry was adopted with: listed in the baseline, counted, not failing."""
    facts: tuple[EntryFacts, ...] = ()
    """The entries of the change, by name; empty where no base was given."""
    untouched: bool = False
    """True where a base was given and the difference touches no entry: a pass."""
    rules: tuple[RuleFacts, ...] = ()
    """The rules that were asked, by name."""
    runtime: RuntimeFacts | None = None
    """None where the runtime phase was not asked."""
    root: str = "model_registry"
    """The folder of the registry."""

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
