"""What reading one file may cost; whoever needs more is not read to its end."""

from __future__ import annotations

from typing import NamedTuple

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


NO_MEMORY = "more memory than it may have"


class LimitError(Exception):
    """A limit is reached; the message names it."""


class Limits(NamedTuple):
    """Limits of one file that was asked for, with all that is packed in it."""

    depth: int = 6
    """Containers in containers."""
    members: int = 20_000
    """Members of all containers together."""
    expanded: int = 4 * GIB
    """Bytes that decompression may give in all."""
    ratio: int = 250
    """Decompressed bytes for each byte read, above ``free``."""
    free: int = 64 * MIB
    """Decompressed bytes for which no ratio is asked."""
    names: int = 100_000
    """Imports of one pickle."""
    pickles: int = 64
    """Pickles behind one another in one stream."""
    memory: int = 2 * GIB
    """Address space of the reading process, besides the length of what it reads."""
    cpu: int = 60
    """Seconds of CPU time for a file, and one more for each ``pace`` bytes."""
    pace: int = 2 * MIB
    wall: int = 180
    """Seconds for a file, and one more for each ``pace`` bytes."""


class Budget:
    """What is left of the limits of one file."""

    __slots__ = ("expanded", "limits", "members")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.members = 0
        self.expanded = 0

    def member(self) -> None:
        """Count a member; raises LimitError."""
        self.members += 1
        if self.members > self.limits.members:
            raise LimitError(f"more than {self.limits.members:,} members")

    def expand(self, count: int, made: int, read: int) -> None:
        """Count decompressed bytes: ``made`` of this member so far, from ``read`` bytes."""
        self.expanded += count
        if self.expanded > self.limits.expanded:
            raise LimitError(f"more than {self.limits.expanded:,} bytes when decompressed")
        if made > self.limits.free and made > read * self.limits.ratio:
            raise LimitError(f"decompresses to more than {self.limits.ratio} times its size")
