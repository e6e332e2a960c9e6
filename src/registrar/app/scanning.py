"""``registrar scan``: looks into files, in a registry or not, and judges their content."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registrar.domain.scanning import FileScan, Safety, Scan, Trouble
from registrar.errors import EXIT_FINDINGS, EXIT_INCOMPLETE, EXIT_PASS
from registrar.ports.scanning import FileFinder, FileScanner, ToScan

if TYPE_CHECKING:
    from registrar.ports.making import Progress

_DVC = ".dvc"
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
    return looked(list(_without_stand_ins(found)), (), lab)


def _without_stand_ins(found: list[ToScan | FileScan]) -> Iterator[ToScan | FileScan]:
    """A DVC pointer is no model: where its bytes do not lie beside it, they were not read."""
    here: set[str] = set()
    for item in found:
        _put_with_above(item.path, here)
    for item in found:
        stem = item.path.removesuffix(_DVC)
        if stem != item.path and isinstance(item, ToScan) and _is_absent(stem, here):
            hint = f"dvc pull {shlex.quote(item.path)}"
            message = "a DVC pointer, and the bytes that it stands for were not read"
            yield FileScan(item.path, "none", (Trouble(Safety.UNREAD, message, hint),))
        else:
            yield item


def _is_absent(stem: str, here: set[str]) -> bool:
    return posixpath.basename(stem) != "" and stem not in here


def _put_with_above(path: str, here: set[str]) -> None:
    """Put a path, and the folders that it lies in, to those that are here."""
    while path not in ("", "/") and path not in here:
        here.add(path)
        path = posixpath.dirname(path)


def looked(found: list[ToScan | FileScan], allow: Iterable[str], lab: Lab) -> Scan:
    """Look into what was found; ``allow`` adds to the allowlist."""
    scan = lab.scanner.scan([f for f in found if isinstance(f, ToScan)], allow, lab.progress)
    answers = iter(scan.files)
    files = tuple(item if isinstance(item, FileScan) else next(answers) for item in found)
    return Scan(files, scan.scanner)
