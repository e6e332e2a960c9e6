"""What the questions look at, and how they answer."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from registrar.domain.clones import Clone, Remote
from registrar.domain.diagnosis import Line, State, Topic
from registrar.domain.policy import Policy
from registrar.domain.shipping import Shipped
from registrar.domain.trees import Kind, UnreadableError
from registrar.ports import History, LocalGit, Machine, Plugins, Tree
from registrar.reading.documents import MAX_BYTES, Flaw
from registrar.reading.workflows import Workflow

_MAX_TOLD = 8
_MAX_WIDTH = 120


@dataclass(frozen=True, slots=True)
class Scene:
    """One repository as it is found."""

    tree: Tree
    clone: Clone | None
    """None where this is no git repository, or git is missing."""
    git_reason: str
    local_git: LocalGit | None
    history: History | None
    machine: Machine
    plugins: Plugins
    top: str
    """The folder of the repository, for people and for what is installed in it."""
    policy: Policy
    """The defaults where there is none that can be read."""
    policy_flaws: tuple[Flaw, ...]
    has_policy: bool
    workflow: Workflow | None
    """The gate's workflow; None where there is none."""
    shipped: Mapping[str, Shipped]
    """What this program would write here, by path."""
    program: bytes
    """The zipapp as this program makes it."""
    github: bool
    gitlab: bool
    today: date

    @property
    def root(self) -> str:
        """The folder of the entries."""
        return self.policy.root

    @property
    def remote(self) -> Remote | None:
        """Where changes go."""
        return self.clone.remote if self.clone is not None else None

    def here(self, path: str) -> bool:
        """Tell whether anything stands at a path."""
        return self.tree.node(path) is not None

    def raw(self, path: str, limit: int = MAX_BYTES) -> bytes | None:
        """The bytes of a file; None where nothing stands there; raises UnreadableError."""
        return raw_of(self.tree, path, limit)


def raw_of(tree: Tree, path: str, limit: int = MAX_BYTES) -> bytes | None:
    """The bytes of a plain file; None for nothing; raises UnreadableError for the rest."""
    node = tree.node(path)
    if node is None:
        return None
    if node.kind is not Kind.FILE:
        raise UnreadableError(f"{path} is a {node.kind.value}")
    try:
        raw = tree.read(path, limit)
    except UnreadableError as error:
        raise UnreadableError(f"{path} cannot be read: {error}") from error
    if len(raw) > limit:
        raise UnreadableError(f"{path} is larger than {limit:,} bytes")
    return raw


@dataclass(frozen=True, slots=True)
class Question:
    """One question by its stable name; builds the lines that answer it."""

    name: str
    topic: Topic
    path: str = ""
    counts: bool = True
    """False where the gate is in force without it."""

    def holds(self, text: str, details: tuple[str, ...] = ()) -> Line:
        """It is so."""
        return Line(self.name, self.topic, State.HOLDS, text, "", details, self.path, self.counts)

    def fails(self, text: str, fix: str, details: tuple[str, ...] = ()) -> Line:
        """It is not so; what to do."""
        return Line(self.name, self.topic, State.FAILS, text, fix, details, self.path, self.counts)

    def unseen(self, text: str, fix: str = "") -> Line:
        """Nobody could look; what would help."""
        return Line(self.name, self.topic, State.UNSEEN, text, fix, (), self.path, self.counts)


def told(flaws: tuple[Flaw, ...], path: str) -> tuple[str, ...]:
    """Flaws as details, each with its place."""
    lines = [
        f"{path}:{flaw.span.line}:{flaw.span.column}: {flaw.message}"
        + (f" ({flaw.hint})" if flaw.hint else "")
        for flaw in flaws
    ]
    return shortened(lines)


def shortened(lines: list[str]) -> tuple[str, ...]:
    """The first lines, cut to what a person reads, and how many there are more."""
    cut = [ln if len(ln) <= _MAX_WIDTH else ln[: _MAX_WIDTH - 1] + "…" for ln in lines[:_MAX_TOLD]]
    more = len(lines) - _MAX_TOLD
    return (*cut, f"… and {more} more") if more > 0 else tuple(cut)


def differences(wanted: bytes, there: bytes) -> tuple[str, ...]:
    """How a text differs: its own lines with ``+``, the shipped ones with ``-``."""
    old, new = (text.decode("utf-8", "replace").splitlines() for text in (wanted, there))
    return shortened(list(_changes(old, new)))


def _changes(old: list[str], new: list[str]) -> Iterator[str]:
    if len(old) * len(new) > 4_000_000:  # a file of another size altogether
        yield f"{len(new):,} lines in place of {len(old):,}"
        return
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            yield from (f"line {j1 + 1}: - {line.strip()}" for line in old[i1:i2])
            number = enumerate(new[j1:j2], start=j1 + 1)
            yield from (f"line {at}: + {line.strip()}" for at, line in number)
