"""Who looks into the bytes of files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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


class FileScanner(Protocol):
    """Judges files by their content alone."""

    def scan(
        self, files: Sequence[ToScan], allow: Iterable[str] = (), progress: Progress | None = None
    ) -> Scan:
        """Look into all of them; never raises on what they hold.

        What is said of one is not what another has done to its reader: where that dies, they are
        read again. Only where it lives on could a file that took it over speak for those that are
        asked for with it, so whoever must keep some apart from others asks for each alone.

        ``allow`` adds ``module:name`` to what pickles may import.
        """


class FileFinder(Protocol):
    """Finds the files that a path stands for."""

    def find(self, path: str) -> Iterator[ToScan | FileScan]:
        """Files to look into, and what cannot be looked into; raises UsageError."""
