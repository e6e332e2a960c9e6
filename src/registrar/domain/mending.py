"""What ``registrar fix`` did, or would do."""

from __future__ import annotations

from dataclasses import dataclass

from registrar.domain.places import Place


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file before and after; ``path`` is relative to the top of the repository."""

    path: str
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class Mended:
    """One fix that was applied; its place is that of the finding when it was told."""

    rule: str
    entry: str | None
    place: Place
    message: str
    title: str


@dataclass(frozen=True, slots=True)
class Refused:
    """One fix that was undone, and why: it was no gain, or could not be applied."""

    rule: str
    entry: str | None
    place: Place
    message: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Mending:
    """The answer of a whole run.

    ``found`` and ``left`` count the findings of ``check`` before and after; ``exit_code`` is
    that of ``check`` after.
    """

    found: int
    left: int
    exit_code: int
    mended: tuple[Mended, ...] = ()
    refused: tuple[Refused, ...] = ()
    changes: tuple[FileChange, ...] = ()
    empty: tuple[str, ...] = ()
    """Paths that were asked for and hold no entry."""
    faults: tuple[str, ...] = ()
    """Tracebacks of rules that broke."""
