"""Who looks into the bytes of files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from registrar.domain.scanning import FileScan, Scan

if TYPE_CHECKING:
    from registrar.ports.making import Progress


@dataclass(frozen=True, slots=True)
class ToScan:
    """A file to look into."""

    path: str
    """How it is called in the answer; its last part and its extension are what it claims to be."""
    place: str
    """Where it lies on this machine."""
    size: int
    folder: str = ""
    """The folder on this machine whose files lie beside it; empty for that of ``place``."""


ScanFiles = Callable[[Sequence[ToScan]], Scan]
"""Looks into files; never raises on what they hold."""


class FileScanner(Protocol):
    """Judges files by their content alone."""

    def scan(
        self, files: Sequence[ToScan], allow: Iterable[str] = (), progress: Progress | None = None
    ) -> Scan:
        """Look into all of them; never raises on what they hold.

        ``allow`` adds ``module:name`` to what pickles may import.
        """

    def session(
        self, roots: Iterable[str], allow: Iterable[str] = ()
    ) -> AbstractContextManager[ScanFiles]:
        """Look into some files after others, by one reader for all of them.

        They lie below ``roots``, absolute folders, and the reader can read nothing else.
        """


class FileFinder(Protocol):
    """Finds the files that a path stands for."""

    def find(self, path: str) -> Iterator[ToScan | FileScan]:
        """Files to look into, and what cannot be looked into; raises UsageError."""
