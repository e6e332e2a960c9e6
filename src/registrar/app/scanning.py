"""``registrar scan``: looks into files, outside any registry, and judges their content alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registrar.domain.scanning import FileScan, Safety, Scan
from registrar.errors import EXIT_FINDINGS, EXIT_INCOMPLETE, EXIT_PASS
from registrar.ports.making import Progress
from registrar.ports.scanning import FileFinder, FileScanner, ToScan

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
    found = [item for path in dict.fromkeys(paths) for item in lab.finder.find(path)]
    looked = lab.scanner.scan([f for f in found if isinstance(f, ToScan)], (), lab.progress)
    answers = iter(looked.files)
    files = tuple(item if isinstance(item, FileScan) else next(answers) for item in found)
    return Scan(files, looked.scanner)
