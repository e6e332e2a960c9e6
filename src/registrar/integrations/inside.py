"""What looks into bytes and runs models on this machine, each imported when it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from registrar.ports.running import Sandbox
    from registrar.ports.scanning import FileScanner


@dataclass(frozen=True, slots=True)
class Inside:
    """What looks into bytes and runs models; imported when it is asked."""

    job: str = "registrar.integrations.smoke.job:run"

    @property
    def scanner(self) -> FileScanner:
        """The scanner in a child process."""
        from registrar.integrations.scanning.scanner import ChildScanner

        return ChildScanner()

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox of this machine."""
        from registrar.integrations.sandbox.box import Box

        return Box()

    @property
    def trusted(self) -> frozenset[str]:
        """Types that a skops file may hold."""
        from registrar.integrations.smoke.trusted import SKOPS_TYPES

        return SKOPS_TYPES
