"""Which answers count when a reading process dies: no file is judged by what another did to it.

A process reads many files, and one may harm it in ways that show only at a later one. So:

- The file at which a process dies is read again as the first of a fresh one. If it kills that, too,
  it is at fault, and its death says nothing of the files before it.
- If it does not, a file before it may be to blame, and of what was said of them only "dangerous"
  counts. Each is read again by a process that has read nothing before; behind it that process reads
  the file at which the other died, and where it dies again, the first of the two is at fault. Not
  where time is up: a file can be made that needs as much as it may have, and a little more behind
  a certain other. Then what a process says counts that has read the first alone.
- A process that dies after its last answer is doubted alike. One that has no memory left for a
  file says so and ends, and that file is the first of the next.

Not by halves: a file that took its process over could speak for those of its half. So each file is
read by a process that ended well, or that had read no other before. Of n files at most n are
doubted, once: no more than 4n processes are started, and 7n files read; where time is up, n more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from registrar.domain.scanning import Safety
from registrar.integrations.scanning.process import (
    LIMIT,
    ChildError,
    Job,
    OnAnswer,
    Said,
    StartError,
    read,
)
from registrar.ports.scanning import ToScan

if TYPE_CHECKING:
    from registrar.ports.making import Progress

Answer = Mapping[str, Any] | ChildError
"""What is said of a file; ChildError where nobody lived to say it."""

_EACH = 4096
"""Files that one process may read: each is named to the kernel."""
_AFTER = "whoever has read it comes to harm later: "


class Asking:
    """Asks one process after another about some files."""

    def __init__(self, files: Sequence[ToScan], job: Job, progress: Progress | None = None) -> None:
        self._files = files
        self._job = job
        self._progress = progress
        self._found: dict[int, Answer] = {}
        self.told: dict[str, Any] = {}
        """What the processes said of themselves."""

    def answers(self) -> list[Answer]:
        """What is said of each file, in their order."""
        try:
            self._all()
        except StartError as error:
            for number in range(len(self._files)):
                self._found.setdefault(number, error)
        return [self._found[number] for number in range(len(self._files))]

    def _all(self) -> None:
        at, total = 0, len(self._files)
        doubted: dict[int, Answer] = {}
        """What a process said that died at the file that is next."""
        while at < total:
            asked = range(at, min(at + _EACH, total))
            said = self._read(asked, None if self._progress is None else partial(self._tell, at))
            self._found.update(zip(asked, said.answers, strict=False))
            if said.answers:
                self._settle(doubted, at)
            else:
                self._found.update(doubted)
                self._found[at] = ChildError(said.fault)
            doubted = self._taken_back(asked, len(said.answers)) if said.fault else {}
            at += max(1, len(said.answers))
            if doubted and at == asked.stop:
                self._settle(doubted, None)
                doubted = {}

    def _taken_back(self, asked: range, count: int) -> dict[int, Answer]:
        """Take back what is no longer believed of the first files that a process was asked for."""
        read = asked[:count]
        return {n: self._found.pop(n) for n in read if not _is_dangerous(self._found[n])}

    def _settle(self, doubted: Iterable[int], deadly: int | None) -> None:
        """Ask once more about files one of which may have harmed the process that read them.

        ``deadly`` is the file at which it died; None where it was at its end. Where it dies behind
        itself, too, or at its end, it cannot tell what others do.
        """
        left = list(doubted)
        if left and deadly is not None and self._read([deadly, deadly]).fault:
            deadly = None
        for number in left:
            said = self._read([number] if deadly is None else [number, deadly])
            if said.answers and said.fault.startswith(LIMIT) and deadly is not None:
                said = self._read([number])  # the other may need just about what it may have
            if said.fault:
                later = _AFTER if said.answers else ""
                self._found[number] = ChildError(later + said.fault)
            else:
                self._found[number] = said.answers[0]

    def _tell(self, before: int, count: int) -> None:
        if self._progress is not None:
            self._progress(before + count, len(self._files))

    def _read(self, numbers: Sequence[int], on_answer: OnAnswer | None = None) -> Said:
        """What a fresh process says of some files; raises StartError."""
        said = read([self._files[number] for number in numbers], self._job, on_answer)
        held = self.told.get("holds", said.told.get("holds", []))
        holds = [layer for layer in held if layer in said.told.get("holds", [])]
        self.told = {**said.told, "holds": holds}
        return said


def _is_dangerous(answer: Answer) -> bool:
    """Tell whether a file was found dangerous, which counts whatever became of the process."""
    if isinstance(answer, ChildError):
        return False
    try:
        return any(trouble[0] == Safety.DANGEROUS.value for trouble in answer["troubles"])
    except (KeyError, TypeError, IndexError):
        return False
