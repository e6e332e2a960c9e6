"""What a git server is told of a push, and what its own configuration says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Update:
    """One line of a pre-receive hook's input: a ref moves from ``old`` to ``new``."""

    old: str
    new: str
    ref: str

    @property
    def creates(self) -> bool:
        """Tell a new ref."""
        return not self.old.strip("0")

    @property
    def deletes(self) -> bool:
        """Tell a ref that goes away."""
        return not self.new.strip("0")


@dataclass(frozen=True, slots=True)
class Server:
    """What the server's own configuration says.

    ``head`` is the ref of the default branch; ``refs`` are further judged refs, ``*`` allowed.
    """

    head: str
    refs: Sequence[str]
    gate_changes_allowed: bool
