"""What looking into the bytes of a model found: is it safe to load them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Safety(StrEnum):
    """What can be said of the content of a file, from best to worst."""

    CLEAN = "clean"
    UNREAD = "could not be read to its end"
    DANGEROUS = "dangerous"


_ORDER = tuple(Safety)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that was found, in a person's words; text of the file is quoted, not trusted."""

    safety: Safety
    message: str
    hint: str = ""
    """What to do about it."""


UNKNOWN = Trouble(
    Safety.DANGEROUS,
    "a format that nothing here knows: dangerous unless waived",
    "convert it to ONNX or safetensors, or waive it",
)
"""Said of a file that is neither a format that is read nor text."""


@dataclass(frozen=True, slots=True)
class FileScan:
    """One file, looked at to its end; ``path`` relative to what was asked for."""

    path: str
    format: str
    troubles: tuple[Trouble, ...] = ()

    @property
    def safety(self) -> Safety:
        """The worst of its troubles."""
        if not self.troubles:
            return Safety.CLEAN  # most files, and a hundred thousand of them
        return worst(trouble.safety for trouble in self.troubles)

    @property
    def clean(self) -> bool:
        """Tell whether nothing is wrong with it."""
        return self.safety is Safety.CLEAN

    @property
    def acts(self) -> bool:
        """Tell whether it is dangerous for what it holds, not only for being of no known format."""
        return self.safety is Safety.DANGEROUS and self.troubles != (UNKNOWN,)


@dataclass(frozen=True, slots=True)
class Scanner:
    """Who looked: verdicts hold for these versions alone."""

    version: str
    """Of this program."""
    python: str
    """Of the interpreter whose unpicklers read the streams."""
    allowlist: str
    """SHA-256 of what may be imported."""
    second: str | None = None
    """Name and version of a second opinion, where one was asked."""
    confinement: tuple[str, ...] = ()
    """What held every process that read, as each said of itself before it read anything."""


@dataclass(frozen=True, slots=True)
class Scan:
    """Everything below what was asked for."""

    files: tuple[FileScan, ...]
    scanner: Scanner

    @property
    def safety(self) -> Safety:
        """The worst of all files; nothing looked at is not clean."""
        return worst(file.safety for file in self.files) if self.files else Safety.UNREAD


def worst(found: Iterable[Safety]) -> Safety:
    """The worst of them; CLEAN where there are none."""
    return max(found, key=_ORDER.index, default=Safety.CLEAN)
