"""What a smoke test found: does a model load, does it run, does it reproduce its example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from registrar.domain.arrays import Deviation
from registrar.domain.sandboxing import Level


class Smoke(StrEnum):
    """The answers of a smoke test."""

    PASSES = "passes"
    LOADS_NOT = "does not load"
    RUNS_NOT = "does not run"
    REPRODUCES_NOT = "does not reproduce"
    RECORDED = "recorded"
    """The expected output was written; nothing was compared."""
    KEPT = "kept"
    """There was an expected output already; nothing was run or written."""
    UNCHECKED = "unchecked"
    """It could not be tried, with the reason."""


@dataclass(frozen=True, slots=True)
class Smoked:
    """The smoke test of one entry."""

    entry: str
    answer: Smoke
    message: str = ""
    """Why it does not pass."""
    hint: str = ""
    deviation: Deviation | None = None
    """The worst one, where it does not reproduce."""
    runtime: str = ""
    """What ran the model, with its version."""
    loaded_in: float | None = None
    """Seconds."""
    ran_in: float | None = None
    peak: int = 0
    """Bytes of memory at most."""
    compared: int = 0
    """Values that were compared."""
    level: Level = Level.NONE
    layers: tuple[str, ...] = ()
    lacking: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    at_fault: str = ""
    """The file of the entry that is to blame, relative to it; empty for the artifact."""
    written: str = ""
    """The file that was written, where one was recorded."""

    @property
    def passes(self) -> bool:
        """Tell whether it reproduces its example."""
        return self.answer is Smoke.PASSES

    @property
    def unchecked(self) -> bool:
        """Tell whether it could not be tried."""
        return self.answer is Smoke.UNCHECKED


def clipped(text: str, most: int) -> str:
    """At most ``most`` characters of what a library says: it often gives the reason at the end."""
    if len(text) <= most:
        return text
    tail = most // 2
    return f"{text[: most - tail - 3]} … {text[-tail:]}"
