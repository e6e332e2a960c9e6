"""Reading files to their ends: on all cores, each byte once, and no more memory for larger ones."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from registrar.app.verifying.finding import Found
from registrar.domain.trees import UnreadableError

_BLOCK = 256 * 1024
_BEYOND = 64 * 1024 * 1024
"""Bytes that are read beyond a recorded size, to tell by how much a file differs: it may grow."""
Tell = Callable[[int], None]
"""Is told how many bytes more were read; from any thread, never from two at a time."""


@dataclass(frozen=True, slots=True)
class Read:
    """What the bytes of one file are."""

    sha256: str
    size: int
    whole: bool = True
    """False where it went on, and nobody read to its end."""


@dataclass(slots=True)
class _Pile:
    """The files that nobody has read yet, and what was found in the others."""

    waiting: deque[tuple[str, Found]]
    sizes: Mapping[str, int | None]
    """As they are recorded."""
    tell: Tell | None
    reads: dict[str, Read] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    faults: list[BaseException] = field(default_factory=list)
    left: bool = False
    """The one who asked is gone: read no further."""
    _gate: threading.Lock = field(default_factory=threading.Lock)

    def work(self) -> None:
        """Read one file after another, in a thread of its own."""
        try:
            self._until_none_is_left()
        except BaseException as error:  # a fault is raised by the one who asked
            self.faults.append(error)
            self.waiting.clear()

    def _until_none_is_left(self) -> None:
        block = memoryview(bytearray(_BLOCK))
        for path, found in self._taken():
            try:
                self.reads[path] = self._read(found, block, self.sizes.get(path))
            except UnreadableError as error:
                self.failed[path] = f"{path} cannot be read: {error}"
            except OSError as error:
                self.failed[path] = f"{path} cannot be read: {error.strerror or error}"

    def _taken(self) -> Iterator[tuple[str, Found]]:
        while True:
            try:
                yield self.waiting.popleft()
            except IndexError:
                return

    def _read(self, found: Found, block: memoryview, recorded: int | None) -> Read:
        digest, size = hashlib.sha256(), 0
        with found.open() as stream:
            while read := stream.readinto(block):  # type: ignore[attr-defined]  # BinaryIO lacks it
                digest.update(block[:read])
                size += read
                if self.tell is not None:
                    with self._gate:
                        self.tell(read)
                if self.left:
                    break
                if recorded is not None and size > recorded + _BEYOND:
                    return Read("", size, whole=False)
        return Read(digest.hexdigest(), size)


def read_all(
    opened: Mapping[str, Found],
    jobs: int | None,
    tell: Tell | None,
    sizes: Mapping[str, int | None] | None = None,
) -> tuple[dict[str, Read], dict[str, str]]:
    """Every file by path, and why some could not be read; ``sizes`` are those recorded."""
    pile = _Pile(deque(opened.items()), sizes or {}, tell)
    count = min(jobs or os.cpu_count() or 1, len(opened))
    threads = [threading.Thread(target=pile.work, daemon=True) for _ in range(count)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:  # interrupted: nobody waits for a terabyte
        pile.left = True
        pile.waiting.clear()
    if pile.faults:
        raise pile.faults[0]
    return pile.reads, pile.failed
