"""What rules and services may ask of the world."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO, Protocol

from registrar.domain.trees import Node, Written

if TYPE_CHECKING:
    from registrar.domain.clones import AttributesFile, Clone, Hook, Remote
    from registrar.domain.forges import Answer
    from registrar.domain.pushes import Server
    from registrar.domain.shipping import Writing
    from registrar.ports.others import Others
    from registrar.ports.running import Runtime


class Tree(Protocol):
    """A tree of files: a work tree, or a git revision read without one.

    Paths are relative to the top, with ``/``; undecodable bytes are surrogate escapes.
    """

    @property
    def label(self) -> str:
        """The revision's full hash, or ``work tree``."""

    def children(self, folder: str) -> list[Node]:
        """The direct children of a folder in bytewise order of names; [] where it is none."""

    def walk(self, folder: str) -> list[Node]:
        """Everything below a folder but folders themselves, in bytewise order of paths."""

    def node(self, path: str) -> Node | None:
        """What stands at a path; None where nothing does."""

    def read(self, path: str, limit: int) -> bytes:
        """The bytes of a file, at most ``limit`` + 1 of them; raises UnreadableError."""

    def open(self, path: str) -> BinaryIO:
        """A seekable stream of a file's bytes; raises UnreadableError."""

    def written(self, path: str) -> Written | None:
        """The digests of a file that this process wrote, where it is unchanged since."""

    def place(self, path: str) -> str | None:
        """Where a file or folder lies on this machine, absolute; None where it is no file there."""

    def fingerprint(self, path: str) -> str | None:
        """git's mode and object id of a file or link; None where nothing, or a folder, stands."""

    def fingerprints(self, folder: str, covered: Covered) -> Mapping[str, str]:
        """git's object id and mode of each child of a folder, as git would store it.

        Paths that ``covered`` names lie behind a pointer and are not in git.
        """

    def close(self) -> None:
        """Free what the tree holds."""


class Covered(Protocol):
    """Names the files of an entry that lie behind its pointers, relative to its folder."""

    def __call__(self, tree: Tree, path: str) -> frozenset[str]:
        """The covered files and folders of the entry at ``path``."""


class Ancestry(StrEnum):
    """Answer to: is this commit an ancestor of that one?"""

    YES = "yes"
    NO = "no"
    ABSENT = "absent"
    """No such commit is in this repository."""


class History(Protocol):
    """The commits of one git repository."""

    @property
    def shallow(self) -> bool:
        """Tell whether history was cut off by a shallow clone."""

    def resolve(self, revision: str) -> str | None:
        """The full commit hash of a revision; raises RevisionError for an ambiguous name."""

    @property
    def sparse(self) -> bool:
        """Tell whether the work tree holds a part of the files only."""

    def merge_bases(self, one: str, other: str) -> list[str]:
        """The best common ancestors of two commits; several after merges crosswise."""

    def ancestry(self, commits: Iterable[str], tip: str) -> Mapping[str, Ancestry]:
        """For each full commit hash, whether it is an ancestor of ``tip`` (or ``tip`` itself)."""

    def upstream(self) -> str | None:
        """The default branch of the upstream's remote, or of origin, where that is known here."""

    def tracked(self, folder: str) -> list[str] | None:
        """What git tracks below a folder of the work tree; None where it cannot tell."""

    def tree(self, commit: str) -> Tree:
        """The tree of a commit."""

    def empty_tree(self) -> Tree:
        """The tree that has nothing in it: what came before the first commit."""


class Memory(Protocol):
    """What earlier runs found out about the folders of the work tree that have not changed.

    Paths are relative to the top. What was kept is data as JSON has it; it may have been kept
    by another version of the program that only looks alike, so the reader checks its shape.
    """

    def judge(self, key: str) -> None:
        """Forget the answers that were given under another key: other rules, another policy."""

    def answer(self, path: str) -> object:
        """What was kept about a folder that has not changed since; None where nothing was."""

    def keep(self, path: str, answer: object) -> None:
        """Keep what was said about a folder; in vain where it is as young as this run."""

    def save(self, paths: Iterable[str]) -> None:
        """Write what is known of these folders and of those asked about; never fails."""


class Writer(Protocol):
    """Writes files of a work tree, all or nothing."""

    def write(self, files: Iterable[Writing]) -> None:
        """Write all files, or leave the tree as it was; raises OutputError.

        A file without ``before`` must not be there yet, one with it must still hold those bytes.
        Links are not followed.
        """


class Staging(Protocol):
    """What git would do with paths of the work tree."""

    def ignored(self, paths: Iterable[str]) -> frozenset[str]:
        """Those of the paths that git ignores and does not track."""

    def uncommitted(self, paths: Iterable[str]) -> frozenset[str]:
        """Those of the paths that are there and not as in the last commit."""

    def attributes(self, paths: Iterable[str], names: Iterable[str]) -> Mapping[str, str]:
        """Each attribute of each path, by ``path:name``.

        ``unspecified``, ``set``, ``unset`` or a value.
        """


class Clock(Protocol):
    """The date."""

    def today(self) -> date:
        """Today, UTC."""


class PluginError(Exception):
    """A rule that the policy names and that cannot be had, with the reason and what would help."""


class Plugins(Protocol):
    """Rules of organisations: entry points of the group ``registrar.rules``."""

    def load(self, name: str) -> tuple[object, str]:
        """What the entry point of this name gives, and the distribution that it is of.

        Raises PluginError where it is not installed, lies in the judged tree, or cannot be loaded.
        """


@dataclass(frozen=True, slots=True)
class World:
    """All that a check may look at besides its request."""

    work_tree: Tree | None
    """None in a bare repository."""
    history: History | None
    """None where this is no git repository, or git itself is missing."""
    history_reason: str
    """Why ``history`` is None."""
    clock: Clock
    plugins: Plugins
    others: Others | None = None
    """Whom remote rules may ask; None where nothing outside may be asked."""
    runtime: Runtime | None = None
    """What runtime rules look with; None where nothing may be looked into or run."""
    memory: Memory | None = None
    """What is known about the work tree; None in hooks, in CI, and where nothing may be kept."""


class LocalGit(Protocol):
    """One clone, as its git sees it."""

    def facts(self) -> Clone:
        """Remotes, branch, and what the clone lacks."""

    def attributes(self, paths: Iterable[str], names: Iterable[str]) -> Mapping[str, str]:
        """``path:name`` to the value that git gives an attribute in the work tree."""

    def attribute_files(self) -> tuple[AttributesFile, ...]:
        """The files of attributes outside the tree, the strongest first; raises UnreadableError."""

    def hook(self, name: str) -> Hook | None:
        """The hook that git runs here; None where there is none."""

    def hook_of(self, remote: Remote, name: str) -> Hook | None:
        """The hook of a remote that is a folder of this machine; raises UnreadableError."""

    def server(self, remote: Remote | None) -> Server:
        """What this repository, or such a remote, judges as a server; raises UnreadableError."""


class Machine(Protocol):
    """The programs of this machine."""

    def version_of(self, program: str) -> str | None:
        """What ``program --version`` says in its first line; None where it is not there."""


class Forge(Protocol):
    """The API of the server that the remote is on."""

    @property
    def base(self) -> str:
        """The address of the API."""

    def get(self, path: str) -> Answer:
        """One question; never raises."""

    def listed(self, path: str) -> Answer:
        """A question that is answered in pages, as one list; never raises."""
