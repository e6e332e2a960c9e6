"""Running foreign code where it can do no harm: what is asked, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MIB = 1024 * 1024


class Level(StrEnum):
    """How closed a sandbox is, from open to closed; each holds what those before it do."""

    NONE = "none"
    """A child process and nothing else."""
    LIMITS = "limits"
    """Limits on memory, time, files and processes; empty environment. No border to cross."""
    LANDLOCK = "landlock"
    """Landlock and seccomp: no network, no other process, no file but those named."""
    NAMESPACES = "namespaces"
    """The same in bubblewrap: nothing else is even there, so it does without Landlock, too."""

    def reaches(self, least: Level) -> bool:
        """Tell whether this level is at least as closed as another."""
        return _ORDER.index(self) >= _ORDER.index(least)


_ORDER = tuple(Level)


class End(StrEnum):
    """How a job ended."""

    EXITED = "exited"
    SIGNALLED = "signalled"
    TIME = "the time limit"
    PROCESSES = "the limit of processes and threads"
    DISK = "the limit of its temporary folder"
    MEMORY = "the memory limit"
    LOST = "lost"
    """The process that watched it was killed."""
    REFUSED = "refused"
    """It was not started: the sandbox is less closed than was asked for, or cannot be made."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a job may use."""

    seconds: int = 60
    """Wall time; then the job and all its children are killed."""
    memory: int = 2048 * MIB
    """Bytes of address space."""
    disk: int = 256 * MIB
    """Bytes of its temporary folder, and of one file in it."""
    tasks: int = 256
    """Processes and threads."""
    told: int = 4 * MIB
    """Bytes of its answer."""


@dataclass(frozen=True, slots=True)
class Job:
    """A function to run in a sandbox."""

    target: str
    """``module:function``; it is called with ``argument`` and with what sends an answer."""
    argument: Mapping[str, object]
    """As JSON has it."""
    read: tuple[str, ...]
    """Absolute paths that it may read, besides the interpreter and its libraries."""
    least: Level
    bounds: Bounds = Bounds()


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a job."""

    end: End
    level: Level = Level.NONE
    layers: tuple[str, ...] = ()
    """What the sandbox was made of, each by name."""
    lacking: Mapping[str, str] = field(default_factory=dict)
    """Layers that could not be had here, with the reason."""
    code: int = 0
    """Exit code, or the number of the signal."""
    answers: tuple[object, ...] = ()
    """What it sent, in order; sent by foreign code, so of any shape."""
    seconds: float = 0.0
    peak: int = 0
    """Bytes of memory that it held at most."""
    out: str = ""
    """What it printed at first; of foreign code."""
    err: str = ""
    unheard: int = 0
    """Bytes that it printed besides; they are kept nowhere."""
    reason: str = ""
    """Why it was not started."""
