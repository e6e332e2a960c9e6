"""Asking a reader of headers for its verdict, on a stream that refuses to be slurped."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from registrar.domain.scanning import Safety, Trouble, worst

CLEAN, UNREAD, DANGEROUS = Safety.CLEAN, Safety.UNREAD, Safety.DANGEROUS
Look = Callable[..., Iterator[Trouble]]
BOUNDED = settings(max_examples=150, derandomize=True, deadline=None, database=None)
MAX_READ = 32 * 1024 * 1024


class Watched(io.BytesIO):
    """A stream that counts, and fails a reader that reads without a bound, too much, too often.

    Behind its content it holds zeros up to ``length``.
    """

    def __init__(self, content: bytes, length: int | None = None) -> None:
        super().__init__(content)
        self.length = len(content) if length is None else length
        self.place = self.most = self.reads = self.handed_out = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        assert whence == 0
        self.place = offset
        return offset

    def read(self, count: int | None = -1) -> bytes:
        assert count is not None, "an unbounded read"
        assert count >= 0, "an unbounded read"
        count = max(0, min(count, self.length - self.place))
        super().seek(self.place)
        found = super().read(count).ljust(count, b"\0")
        self.place += count
        self.reads += 1
        self.handed_out += count
        self.most = max(self.most, count)
        assert self.most <= MAX_READ, "slurped"
        assert self.reads <= 1_000_000, "does not come to an end"
        return found


def look_at(look: Look, content: bytes, *further: Any, length: int | None = None) -> list[Trouble]:
    stream = Watched(content, length)
    return list(look(stream, stream.length, *(further or ({},))))


def verdict(look: Look, content: bytes, *further: Any, length: int | None = None) -> Safety:
    found = look_at(look, content, *further, length=length)
    for trouble in found:  # what is told can be printed, and says what to do
        assert trouble.message.isprintable(), trouble
        assert len(trouble.message) < 400, trouble
        assert trouble.hint, trouble
    return worst(trouble.safety for trouble in found)


def wrong(look: Look, cases: dict[str, tuple[Any, ...]], *further: Any) -> list[str]:
    """Names of the cases (expected verdict, content, …) that are judged otherwise; printed."""
    found = []
    for name, (expected, content, *own) in cases.items():
        if callable(content):  # what takes long to make, or is large
            content = content()
        safety = verdict(look, content, *(own or further))
        if safety is not expected:
            found.append(f"{name}: {safety.name}, expected {expected.name}")
    print(f"{look.__module__.rpartition('.')[2]}: {len(found)} of {len(cases)} verdicts wrong")
    return found


def clean_when_cut(look: Look, content: bytes, header: int, *further: Any) -> list[int]:
    """Lengths at which the cut content is called clean: each of the header, every 1,000th."""
    ends = {*range(min(header, len(content))), *range(0, len(content), 1000), len(content) - 1}
    return [end for end in sorted(ends) if verdict(look, content[:end], *further) is CLEAN]


@st.composite
def damaged(draw: st.DrawFn, content: bytes, header: int) -> bytes:
    """The content with some bytes of its first ``header`` ones changed, put in, or left out."""
    made = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, min(header, len(made)) - 1)))
        how = draw(st.integers(0, 3))
        piece = draw(st.binary(min_size=1, max_size=8))
        if how == 0:
            made[at : at + len(piece)] = piece
        elif how == 1:
            made[at:at] = piece
        elif how == 2:
            del made[at : at + draw(st.integers(1, 16))]
        elif made:
            made[at] ^= 1 << draw(st.integers(0, 7))
    return bytes(made)
