"""What to do next, as numbered steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from registrar.formats.escape import escape


def numbered(steps: Iterable[str]) -> Iterator[str]:
    """The lines of all steps: a number before the first line of each, the commands indented."""
    for number, step in enumerate(steps, 1):
        first, *rest = step.splitlines()
        yield f"{number:>2}. {escape(first)}"
        yield from (f"      {escape(line)}" for line in rest)
