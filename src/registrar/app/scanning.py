"""``registrar scan``: looks into files, in a registry or not, and judges their content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registrar.domain.scanning import FileScan, Safety, Scan
from registrar.errors import EXIT_FINDINGS, EXIT_INCOMPLETE, EXIT_PASS
from registrar.ports.scanning import FileFinder, FileScanner, ToScan

if TYPE_CHECKING:
    from registrar.ports.making import Progress

EXIT_CODES = {
    Safety.CLEAN: EXIT_PASS,
    Safety.DANGEROUS: EXIT_FINDINGS,
    Safety.UNREAD: EXIT_INCOMPLETE,
}


@dataclass(frozen=True, slots=True)
class Lab:
    """What scanning needs."""

    finder: FileFinder
    scanner: FileScanner
    progress: Progress | None = None


def scan(paths: Iterable[str], lab: Lab) -> Scan:
    """Look into all files at and below some paths; raises UsageError for one that is not there."""
    return looked(
        [item for path in dict.fromkeys(paths) for item in lab.finder.find(path)], (), lab
    )


def looked(found: list[ToScan | FileScan], allow: Iterable[str], lab: Lab) -> Scan:
    """Look into what was found; ``allow`` adds to the allowlist."""
    scan = lab.scanner.scan([f for f in found if isinstance(f, ToScan)], allow, lab.progress)
    answers = iter(scan.files)
    files = tuple(item if isinstance(item, FileScan) else next(answers) for item in found)
    return Scan(files, scan.scanner)
