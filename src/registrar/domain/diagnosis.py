"""What the doctor found: one line a question, and what all lines come to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from registrar.errors import EXIT_FINDINGS, EXIT_INCOMPLETE, EXIT_NOTHING, EXIT_PASS, worst


class State(StrEnum):
    """The answer to one question."""

    HOLDS = "holds"
    FAILS = "does not"
    UNSEEN = "could not look"


class Topic(StrEnum):
    """What a line is about, in the order in which a person is told."""

    REGISTRY = "registry"
    PROGRAM = "program"
    WORKFLOW = "workflow"
    OWNERS = "code owners"
    FORGE = "server"
    HOOKS = "hooks"
    CLONE = "clone"
    DVC = "dvc"
    TOOLS = "tools"


@dataclass(frozen=True, slots=True)
class Line:
    """One answer; ``fix`` says what to do, or what would let the doctor look."""

    check: str
    """The stable name of the question, e.g. ``workflow-as-shipped``."""
    topic: Topic
    state: State
    text: str
    fix: str = ""
    details: tuple[str, ...] = ()
    path: str = ""
    """The file that the line is about, from the top of the repository."""
    counts: bool = True
    """False for advice: the gate is in force without it."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All lines, in order; ``lines`` is empty where there is no registry."""

    root: str
    lines: tuple[Line, ...]
    talked_to: str | None = None
    """The address of the API that was asked; None where nothing was."""

    def counted(self, state: State) -> int:
        """How many lines of a state count for the exit code."""
        return sum(line.counts and line.state is state for line in self.lines)

    @property
    def exit_code(self) -> int:
        """1 where something does not hold, 4 where something was not seen, 3 for no registry."""
        if not self.lines:
            return EXIT_NOTHING
        codes = {State.HOLDS: EXIT_PASS, State.FAILS: EXIT_FINDINGS, State.UNSEEN: EXIT_INCOMPLETE}
        return worst(codes[line.state] for line in self.lines if line.counts)
