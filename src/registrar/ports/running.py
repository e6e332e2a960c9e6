"""Running foreign code, and who says whether it may be loaded at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from registrar.domain.sandboxing import Job, Ran
from registrar.domain.scanning import Safety
from registrar.ports.scanning import FileScanner


class Sandbox(Protocol):
    """Runs jobs in child processes, as closed off as this machine allows."""

    def run(self, job: Job) -> Ran:
        """Run one job to its end, or to its limits; never raises for what the job does."""


ScanFile = Callable[[str, tuple[str, ...]], Safety]
"""What a scan says of a file or folder, by its absolute path.

Pickles may import the names of the second argument, ``module:name``, besides those of ours.
"""


class Runtime(Protocol):
    """What looks into the bytes of models, and what runs them."""

    @property
    def scanner(self) -> FileScanner:
        """Judges files by their content."""

    @property
    def sandbox(self) -> Sandbox:
        """Where a model is loaded."""

    @property
    def job(self) -> str:
        """``module:function`` of what loads a model and runs its example."""

    @property
    def trusted(self) -> frozenset[str]:
        """Types that a skops file may hold besides those of skops' own choice."""
