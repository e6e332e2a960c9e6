"""The artifact that an entry names: where its bytes are, and what they are."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from registrar.domain.paths import inside, path_fault
from registrar.domain.trees import Written
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
    """Where a pointer tracks the bytes: their MD5; and where one of DVC before 3.0 does, that
    with Unix line ends, as it was taken of text."""


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


def read_content(
    stream: BinaryIO, names: int, effort: Effort, known: Written | None = None
) -> Content:
    """Digest and sniff a seekable stream, with as many MD5s as it may have ``names`` in DVC.

    ``effort`` is what is left for sniffing the files of an entry; what is ``known`` of its bytes
    is not computed again.
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
    if known is not None and (not names or (names == 1 and known.md5)):
        sha256, md5 = known.sha256, (known.md5,)[:names]
    else:
        sha256, size, md5 = _digested(stream, names)
    return Content(sha256, size, sniffed, is_lfs_pointer(head), is_text, md5)


def _digested(stream: BinaryIO, names: int) -> tuple[str, int, tuple[str, ...]]:
    """SHA-256, size and MD5s of what is left of a stream."""
    digest, total = hashlib.sha256(), 0
    md5s = [hashlib.md5(usedforsecurity=False) for _ in range(names)]
    while block := stream.read(_BLOCK):
        digest.update(block)
        total += len(block)
        for md5, told in zip(md5s, (_plain, _unix), strict=False):
            md5.update(told(block))
    return digest.hexdigest(), total, tuple(md5.hexdigest() for md5 in md5s)


def _plain(block: bytes) -> bytes:
    return block


def _unix(block: bytes) -> bytes:
    return block.replace(b"\r\n", b"\n")
