"""Files that are a pickle, or several behind one another."""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.parts import Judge, Part
from registrar.integrations.scanning.words import unread

_ONE = "keep one object in a file, and nothing behind it"


def read_pickles(judge: Judge, part: Part, start: int = 0) -> Iterator[Trouble]:
    """The pickle at ``start`` to the end of a part; what lies behind it is never clean.

    Pickles behind the first are read all the same, to tell what they would do.
    """
    found = judge.pickles.dry_run(part.stream, start, part.size)
    yield from found.troubles
    if not found.whole or found.end >= part.size:
        return
    rest = part.size - found.end
    count = 0
    while found.whole and found.end < part.size and count < judge.budget.limits.pickles:
        found = judge.pickles.dry_run(part.stream, found.end, part.size)
        yield from found.troubles if found.whole or found.dangerous else ()
        count += found.whole
    what = f"{count} more pickles" if count else f"{rest:,} bytes"
    yield unread(f"{what} behind the end of the pickle, which pickle.load does not read", _ONE)
