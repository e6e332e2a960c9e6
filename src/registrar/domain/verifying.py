"""What recomputing every digest of an entry found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """Where the bytes were read."""

    HERE = "here"
    CACHE = "DVC's cache"
    REMOTE = "the DVC remote"


class How(StrEnum):
    """How a file differs from what is recorded."""

    MISSING = "missing"
    EXTRA = "extra"
    SIZE = "size"
    LONGER = "longer"
    """Of another size, and nobody read to its end: so far beyond what is recorded."""
    BYTES = "bytes"
    DIGEST = "digest"
    """The files are as recorded, and training_hash is another."""
    FOLDER = "folder"
    """The digest of a folder of whose files nothing is recorded."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that is not what is recorded; ``path`` is relative to the entry."""

    path: str
    how: How
    recorded: str
    """A number of bytes for ``SIZE``, else a SHA-256; "" of a file that is not recorded."""
    found: str
    """The same of what is there; "" of a file that is not."""
    pushed_by: str | None = None
    """Of a file that the DVC remote lacks: what sends it there, from where its bytes are."""


@dataclass(frozen=True, slots=True)
class Verified:
    """One entry, every byte of it read, or why not."""

    entry: str
    """Its path as it was asked for."""
    files: int
    size: int
    """Bytes read."""
    sources: tuple[Source, ...]
    differences: tuple[Difference, ...] = ()
    """In bytewise order of paths."""
    unchecked: tuple[str, ...] = ()
    """What could not be looked at, each with what would help."""

    @property
    def verdict(self) -> str:
        """``fail`` before ``incomplete`` before ``pass``."""
        if self.differences:
            return "fail"
        return "incomplete" if self.unchecked else "pass"
