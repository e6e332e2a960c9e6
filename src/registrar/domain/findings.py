"""What a rule may answer, and the finding that a person reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from registrar.domain.places import At, Place, Span


class Severity(StrEnum):
    """How bad a finding is; only ``--fail-on`` decides which of them fail the check."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


class Phase(StrEnum):
    """What a rule needs: files, git, the network, or the running model."""

    STATIC = "static"
    HISTORY = "history"
    REMOTE = "remote"
    RUNTIME = "runtime"


@dataclass(frozen=True, slots=True)
class Edit:
    """Put other text in the place of a span; an empty span is a place to insert at.

    ``path`` is relative to what the Problem's ``at`` is relative to: the entry's folder, or the
    top of the repository where that is absolute or there is no entry. In a Finding it is always
    relative to the top. Spans are those of the text as it was read, a byte order mark not
    counted; a line feed in ``text`` is written as the line ends of the file are.
    """

    path: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """What ``registrar fix`` may do about a finding: safe edits, applied all or none."""

    title: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something is wrong: the raw form of a finding, with a route instead of a line.

    ``severity`` is None where the rule's own severity holds.
    """

    message: str
    hint: str
    at: At = At()
    severity: Severity | None = None
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Deferral:
    """The bytes lie behind a well-formed pointer; ``settled_by`` is the command that looks."""

    settled_by: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """The rule should have run and could not; ``reason`` says why and what would help."""

    reason: str


Outcome = Problem | Deferral | Blocked


@dataclass(frozen=True, slots=True)
class Finding:
    """One refusal with its place; ``entry`` is a folder name, or None for the registry itself."""

    rule: str
    severity: Severity
    entry: str | None
    message: str
    hint: str
    place: Place
    url: str
    fix: Fix | None = None
    digest: str | None = None
    """Digest of the entry's artifact where known, for waivers bound to it; never printed."""

    @property
    def fixable(self) -> bool:
        """Tell whether ``registrar fix`` can mend it."""
        return self.fix is not None

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Sort key: file, place, rule, message; the same in every run."""
        span = self.place.span
        line, column = (span.line, span.column) if span else (0, 0)
        return (self.place.path, line, column, self.rule, self.message)


@dataclass(frozen=True, slots=True)
class Deferred:
    """A deferral with the rule and the entry that it belongs to."""

    rule: str
    entry: str
    settled_by: str

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle quickly: there is one for nearly every entry, from a worker process."""
        return (Deferred, (self.rule, self.entry, self.settled_by))


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A rule that was asked for, should have run and could not."""

    rule: str
    entry: str | None
    reason: str
