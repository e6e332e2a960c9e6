"""Running foreign code, and who says whether it may be loaded at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from registrar.domain.sandboxing import Job, Ran
from registrar.domain.scanning import Safety


class Sandbox(Protocol):
    """Runs jobs in child processes, as closed off as this machine allows."""

    def run(self, job: Job) -> Ran:
        """Run one job to its end, or to its limits; never raises for what the job does."""


ScanFile = Callable[[str], Safety]
"""What a scan says of a file or folder, by its absolute path."""
