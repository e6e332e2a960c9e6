"""The port's implementation: files are read by a child process, which may die of any of them."""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from registrar import __version__
from registrar.domain.formats import Format
from registrar.domain.scanning import UNKNOWN, FileScan, Safety, Scan, Scanner, Trouble
from registrar.integrations.scanning.limits import Limits
from registrar.integrations.scanning.process import ChildError, Job
from registrar.integrations.scanning.settling import Answer, Asking
from registrar.integrations.scanning.words import unread
from registrar.ports.scanning import ToScan

if TYPE_CHECKING:
    from registrar.ports.making import Progress


@dataclass(slots=True)
class ChildScanner:
    """Judges files; one child for many of them, others after one that died."""

    limits: Limits = field(default_factory=Limits)
    second: bool = True
    """Ask a second reader of pickles, where one is installed."""

    def scan(
        self, files: Sequence[ToScan], allow: Iterable[str] = (), progress: Progress | None = None
    ) -> Scan:
        """Look into all of them; never raises on what they hold."""
        asking = Asking(files, Job(self.limits, tuple(allow), self.second), progress)
        answers: list[FileScan] = []
        external: set[str] = set()
        for file, answer in zip(files, asking.answers(), strict=True):
            answers.append(_scanned(file, answer))
            if answers[-1].format == Format.ONNX and not isinstance(answer, ChildError):
                external |= _named(file.path, answer)
        told = asking.told
        scanner = Scanner(
            version=__version__,
            python=sys.version.split()[0],
            allowlist=str(told.get("allowlist", "")),
            second=told.get("second"),
            confinement=tuple(map(str, told.get("holds", ()))),
        )
        return Scan(tuple(_as_data(answer, external) for answer in answers), scanner)


def _scanned(file: ToScan, answer: Answer) -> FileScan:
    """What a child said, or why it did not."""
    if isinstance(answer, ChildError):
        return FileScan(file.path, "unknown", (unread(str(answer)),))
    try:
        troubles = tuple(
            Trouble(Safety(safety), str(message), str(hint))
            for safety, message, hint in answer["troubles"]
        )
        return FileScan(file.path, str(answer["format"]), troubles)
    except (KeyError, ValueError, TypeError):
        fault = unread("the reading process gave no answer that makes sense")
        return FileScan(file.path, "unknown", (fault,))


def _named(path: str, answer: Mapping[str, Any]) -> set[str]:
    """The files that an ONNX model names as its data, as paths of the answer."""
    folder = posixpath.normpath(posixpath.dirname(path))
    named = (posixpath.normpath(posixpath.join(folder, str(item))) for item in answer["external"])
    if folder == ".":
        return {item for item in named if not item.startswith(("../", "/"))}
    return {item for item in named if item.startswith(f"{folder}/")}


def _as_data(answer: FileScan, external: set[str]) -> FileScan:
    """A file of no known format that an ONNX model beside it names is numbers of that model."""
    if answer.troubles == (UNKNOWN,) and posixpath.normpath(answer.path) in external:
        return FileScan(answer.path, Format.ONNX.value)
    return answer
