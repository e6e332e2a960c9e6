"""The artifact that an entry names: where its bytes are, and what they are."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from registrar.domain.paths import inside, path_fault
from registrar.reading.characters import begins_as_text
from registrar.reading.effort import Effort
from registrar.reading.pointers import LFS_MAX, Out, is_lfs_pointer

if TYPE_CHECKING:
    from registrar.reading.sniffing import Sniffed

_BLOCK = 1024 * 1024
_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Content:
    """What the bytes of one file of the artifact are: digest, size, format by content."""

    sha256: str
    size: int
    sniffed: Sniffed
    lfs_pointer: bool
    is_text: bool
    """Whether it begins as UTF-8 text without control characters."""
    md5: tuple[str, ...] = ()
    """Where a pointer tracks the bytes: their MD5, and that with Unix line ends, as DVC before
    3.0 took it of text."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """The artifact that metadata names: where its bytes are."""

    path: str
    is_file: bool
    below: tuple[str, ...]
    """Files of a folder artifact that are here, relative to the entry."""
    outs: tuple[Out, ...]
    """Pointers whose output is the artifact."""

    @property
    def here(self) -> bool:
        """Tell whether its bytes are in this tree."""
        return self.is_file or bool(self.below)

    @property
    def members(self) -> tuple[str, ...]:
        """The files whose bytes are here."""
        return (self.path,) if self.is_file else self.below

    @property
    def is_folder(self) -> bool:
        """Tell whether it is a folder, by its bytes or by its pointer."""
        return bool(self.below) or (not self.is_file and any(out.is_folder for out in self.outs))

    @property
    def deferred(self) -> bool:
        """Tell whether its bytes lie behind a pointer and are not here."""
        return bool(self.outs) and not self.here

    def relative(self, path: str) -> str | None:
        """A path of the entry as a path in the artifact's folder; None for one outside."""
        if not inside(path, self.path) or path_fault(path) or path.endswith("/"):
            return None
        if path == self.path and self.is_folder:
            return None
        return path[len(self.path) + 1 :] if path != self.path else path


def read_content(stream: BinaryIO, tracked: bool, effort: Effort) -> Content:
    """Digest and sniff a seekable stream; MD5s only where a pointer ``tracked`` it.

    ``effort`` is what is left for sniffing the files of an entry.
    """
    # imported here: not needed where all bytes lie elsewhere
    from registrar.reading.sniffing import NOT_LOOKED_AT, sniff

    size = stream.seek(0, 2)
    stream.seek(0)
    head = stream.read(LFS_MAX + 1)
    is_text = begins_as_text(head + stream.read(_HEAD))
    stream.seek(0)
    sniffed = sniff(stream, size, effort)
    is_text = is_text and sniffed.detail != NOT_LOOKED_AT
    stream.seek(0)
    digest = hashlib.sha256()
    names = [hashlib.md5(usedforsecurity=False) for _ in range(2 * tracked)]
    total = 0
    while block := stream.read(_BLOCK):
        digest.update(block)
        for name, told in zip(names, (block, block.replace(b"\r\n", b"\n")), strict=False):
            name.update(told)
        total += len(block)
    md5 = tuple(name.hexdigest() for name in names)
    return Content(digest.hexdigest(), total, sniffed, is_lfs_pointer(head), is_text, md5)
