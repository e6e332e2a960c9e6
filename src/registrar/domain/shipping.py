"""The files that a registry gets from us, and how they stand in a repository."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """How much of a file is ours."""

    FILE = "file"
    """All of it."""
    LINES = "lines"
    """Some lines, wherever they stand; those that are missing are added at the end."""
    OWNERS = "owners"
    """Some lines of CODEOWNERS, which must also name somebody, and win."""
    HOOK = "hook"
    """One repository in the list of ``.pre-commit-config.yaml``."""
    SETTINGS = "settings"
    """Some keys of an editor's or a forge's settings; a person adds them."""
    POLICY = "policy"
    """The registry's own policy; only the table ``[program]`` is ours."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that a file must hold; any line that begins with one of ``keys`` stands for it."""

    text: str
    keys: tuple[str, ...]
    instead_of: str = ""
    """A line of ours that it takes the place of: the same one commented out."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """A file that a registry gets: its path from the top, and its bytes where there is none yet."""

    path: str
    about: str
    content: bytes
    way: Way = Way.FILE
    executable: bool = False
    part: str = ""
    """What an existing file gets, or lacks: text to be put into it."""
    lines: tuple[Line, ...] = ()
    """The lines of ``Way.LINES`` and ``Way.OWNERS``."""
    watched: tuple[str, ...] = ()
    """Paths that the lines are about: another line may decide about them all the same."""
    marker: str = ""
    """A word by which an existing file of ``Way.SETTINGS`` is known to hold the part."""


class Standing(StrEnum):
    """How a shipped file stands in a repository."""

    ABSENT = "absent"
    SAME = "same"
    """As shipped, or, where only a part is ours, with that part in it."""
    DIFFERS = "differs"
    LACKS = "lacks"
    """Somebody's file, without our part."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a registry is to be made of."""

    branch: str
    root: str = "model_registry"
    github_event: str | None = "pull_request_target"
    """What starts the judge of pull requests; None without GitHub."""
    gitlab: bool = False
    owners: tuple[str, ...] = ()
    """Who owns the gate's files (``@org/team``)."""
    codeowners: tuple[str, ...] = (".github/CODEOWNERS",)
    """The files that name the owners."""
    remote: bool = False
    """True for the workflow that asks for the bytes, too."""
    remote_left_out: bool = False
    """True where there is a DVC remote, and nothing of that workflow is written."""
    github_left_out: bool = False
    """True where GitHub gets nothing because it got nothing the first time."""


class Done(StrEnum):
    """What was done, or with ``--dry-run`` would be done, with a file."""

    WROTE = "wrote"
    ADDED = "added"
    """Our part was added to somebody's file."""
    UPDATED = "updated"
    """The lines of ``[program]`` follow a new program."""
    SAME = "same"
    DIFFERS = "differs"
    """Left alone; it is not what this version ships."""
    KEPT = "kept"
    """Left alone, and rightly so."""
    BY_HAND = "by hand"
    """Left alone; a person adds our part."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    path: str
    about: str
    done: Done
    told: str = ""
    """Where it differs, or what a person is to add."""
    ignored: bool = False
    """git ignores the path."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """What ``registrar init`` did, and what comes next."""

    top: str
    root: str
    branch: str
    branch_from: str
    below: bool
    """True where it was called from a folder below the top."""
    dry_run: bool
    outcomes: tuple[Outcome, ...]
    next_steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checkout:
    """What git says of the repository that is to become a registry."""

    branch: str
    """Its default branch, as well as that can be known."""
    branch_from: str
    """How that is known."""
    current: str
    """The branch that is checked out; empty where none is."""


@dataclass(frozen=True, slots=True)
class Writing:
    """One file to be written: a new one, or one whose bytes are known to be ``before``."""

    path: str
    content: bytes
    executable: bool = False
    before: bytes | None = None
