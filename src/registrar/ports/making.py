"""What making an entry asks of the world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from registrar.domain.adding import Piece
from registrar.domain.trees import Written

Progress = Callable[[int, int], None]
"""Is told how many bytes of how many are done."""


class EntryBench(Protocol):
    """One entry in the making; see ``integrations.workshop``."""

    @property
    def stage(self) -> str:
        """The hidden folder that becomes the entry, absolute."""

    @property
    def written(self) -> Mapping[str, Written]:
        """What was brought, by its path in the entry."""

    def bring(self, source: str, name: str, progress: Progress | None = None) -> list[Piece]:
        """Copy a file or folder in, digested on the way; raises UsageError and OutputError."""

    def write(self, name: str, content: bytes) -> None:
        """Write one file of the entry; raises OutputError."""

    def will_make(self, path: str, inode: int | None = None) -> None:
        """Note a path that goes again where this process ends too early; before it is made.

        Given an inode, only what has it goes.
        """

    def finish(self) -> None:
        """Put the entry in its place; raises UsageError where another one came first."""

    def abandon(self) -> None:
        """Leave nothing behind; does nothing once it is finished."""


class DvcTool(Protocol):
    """DVC itself, in the repository of the registry."""

    def ready(self) -> bool:
        """Tell whether the repository was made one of DVC."""

    def track(self, bench: EntryBench, name: str, pieces: Iterable[Piece]) -> None:
        """Put a file or folder of the entry behind a pointer; raises UsageError."""

    def push(self, pointer: str, remote: str | None) -> None:
        """Push what a pointer of the repository names; raises UnansweredError."""


class TrainingCode(Protocol):
    """The work tree that models are trained from."""

    def modified(self) -> list[str] | None:
        """The tracked paths that differ from the last commit; None where nobody can tell."""

    def tracked(self) -> list[str]:
        """The paths that git tracks, relative to the top."""
