"""Listening to a child: all its pipes at once, and no more of any than is wanted."""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

_BLOCK = 64 * 1024


@dataclass
class Ear:
    """One pipe; keeps the first ``most`` bytes and counts the others."""

    pipe: int
    most: int
    unheard: int = 0
    _parts: list[bytes] = field(default_factory=list)
    _kept: int = 0

    @property
    def heard(self) -> bytes:
        """What was kept."""
        return b"".join(self._parts)

    def hear(self) -> bool:
        """Read what is there; False at its end."""
        block = os.read(self.pipe, _BLOCK)
        kept = block[: self.most - self._kept]
        if kept:
            self._parts.append(kept)
        self._kept += len(kept)
        self.unheard += len(block) - len(kept)
        return bool(block)


def listen(ears: Iterable[Ear], deadline: float) -> None:
    """Listen until all pipes are closed, or to the deadline of the monotonic clock."""
    with selectors.DefaultSelector() as waiting:
        for ear in ears:
            waiting.register(ear.pipe, selectors.EVENT_READ, ear)
        while waiting.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                return
            for key, _ in waiting.select(left):
                if not key.data.hear():
                    waiting.unregister(key.fd)
