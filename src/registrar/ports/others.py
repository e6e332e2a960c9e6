"""Whom the remote phase asks, outside this machine; and the registries that are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from registrar.domain.remotes import DvcConfig, Lookup, ObjectName
    from registrar.domain.runs import Registered, Registration, RunModel, RunRecord


class AskError(OSError):
    """Somebody else cannot be asked, or did not answer; the message says why and what would help.

    An OSError, so that whoever reads a stream meets it as one that failed.
    """


class ObjectStore(Protocol):
    """One DVC remote; ``Absent`` and ``NoAnswer`` never mix."""

    def look(self, names: Iterable[ObjectName]) -> Mapping[ObjectName, Lookup]:
        """Ask for all objects, many at a time; never raises, answers for each name."""

    def open(self, name: ObjectName) -> BinaryIO:
        """A seekable stream of an object's bytes; it and its methods raise AskError."""


class Repositories(Protocol):
    """Source repositories on other hosts."""

    def reachable(self, url: str, commits: Iterable[str]) -> Mapping[str, bool]:
        """Whether each commit is reachable from a head or tag there now; raises AskError."""


class Runs(Protocol):
    """Training runs on tracking servers."""

    def of_the_tree(self, uri: str) -> bool:
        """Whether a tracking URI names a place in the repository itself, which a change fills."""

    def run(self, uri: str, run_id: str) -> RunRecord | None:
        """One run; None where the server has no run of this id; raises AskError."""

    def fetch(self, uri: str, run_id: str, folder: str) -> RunModel:
        """Fetch the one model of a run into a folder; raises AskError and UsageError."""


class Stores(Protocol):
    """Opens the DVC remotes of a registry."""

    def open(self, name: str, config: DvcConfig) -> ObjectStore:
        """The remote of this name; raises AskError where it cannot be opened."""

    def cache(self) -> ObjectStore:
        """What DVC keeps of them on this machine."""


class Others(Protocol):
    """Everybody outside this machine whom the remote phase asks."""

    @property
    def stores(self) -> Stores:
        """The DVC remotes."""

    @property
    def repositories(self) -> Repositories:
        """The source repositories."""

    @property
    def runs(self) -> Runs:
        """The tracking servers."""


class ModelRegistry(Protocol):
    """A model registry that serves entries to others."""

    def put(self, uri: str, registration: Registration) -> Registered:
        """Register a version once; raises AskError, and UsageError for one with other bytes."""
