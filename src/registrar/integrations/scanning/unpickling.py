"""A dry run of a pickle: both unpicklers read it, and must agree in all that they meet.

Never clean: a name that is not on the allowlist, a call that its library would not write, a
disagreement of the two, an exception, bytes that nobody read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NamedTuple

from registrar.domain.scanning import Safety, Trouble
from registrar.integrations.scanning.allowlist import Allowlist
from registrar.integrations.scanning.joblib_stream import Arrays
from registrar.integrations.scanning.limits import NO_MEMORY, LimitError, Limits
from registrar.integrations.scanning.machines import CMachine, PythonMachine, Seen
from registrar.integrations.scanning.standins import RefusedError
from registrar.integrations.scanning.streams import reader
from registrar.integrations.scanning.words import NEVER, forbidden_name, misuse_hint

_MOST_TOLD = 20
_MOST_DEEDS = 5
_KEPT = 100_000
"""Items of a list that is kept: PyTorch's list of storages; anything else is let go at once."""
_DISAGREE = "Python's two unpicklers read it differently, so that it can hide what it does"
_HOSTILE = misuse_hint("")
_AGAIN = "write it again from the object, in one pickle.dump or joblib.dump"


@dataclass(slots=True)
class Run:
    """One reading by one machine."""

    seen: Seen
    end: int = 0
    """Offset behind the last opcode; as far as it came where something stopped it."""
    value: Any = None
    """The list that was read, if it was one."""
    refusal: str = ""
    error: str = ""
    limited: bool = False
    """A limit stopped it, so that the other machine may have come to the end."""

    @property
    def harmful(self) -> Iterable[str]:
        """Forbidden names that it would call, or change."""
        return self.seen.forbidden if self.refusal and self.seen.forbidden else self.seen.called


@dataclass(slots=True)
class DryRun:
    """What a pickle comes to."""

    troubles: list[Trouble] = field(default_factory=list)
    end: int = 0
    """Offset of the byte behind the pickle; where it broke off, unknown."""
    whole: bool = False
    """Both machines came to its end, and to the same one."""
    value: Any = None
    ids: list[Any] = field(default_factory=list)
    """Persistent ids, in their order."""
    joblib: bool = False
    """Arrays lie in the stream, as joblib writes them."""

    @property
    def dangerous(self) -> bool:
        """Tell whether it would do something that it may not."""
        return any(trouble.safety is Safety.DANGEROUS for trouble in self.troubles)


class Pickles(NamedTuple):
    """Reads pickles under an allowlist and limits."""

    allowlist: Allowlist
    limits: Limits

    def dry_run(
        self, base: BinaryIO, start: int, size: int, *, torch: bool = False, arrays: bool = True
    ) -> DryRun:
        """Read the pickle at ``start`` of a stream of ``size`` bytes with both machines.

        ``torch`` allows persistent ids; with ``arrays`` a wrapper of joblib's is followed by its
        array in the stream.
        """
        found = DryRun()
        spans = Arrays(self, base, start) if arrays else None
        python = self._python(base, start, size, torch, spans)
        if spans is not None and spans.skipped:
            found.joblib = True
            found.troubles += spans.troubles
            kept = spans.kept(size)
            c = self._c(base, kept, torch)
            c.end = spans.outer(c.end)
            found.troubles += self._as_plain(base, start, size)
        else:
            c = self._c(base, [(start, size)], torch)
            c.end += start
        found.troubles += _compared(c, python)
        found.end, found.value, found.ids = python.end, python.value, python.seen.ids
        found.whole = not (c.error or c.refusal or python.error or python.refusal)
        return found

    def deeds(
        self, base: BinaryIO, start: int, size: int, how: str, misuse: bool = False
    ) -> Iterator[Trouble]:
        """What unpicklers would do that they must not, from these bytes, whatever they are.

        Text and numbers may happen to begin as an import does; to call something takes more. To
        use an allowed name wrongly counts with ``misuse``: not where an array follows a pickle.
        """
        runs = (self._c(base, [(start, size)], False), self._python(base, start, size, False, None))
        names = dict.fromkeys(name for run in runs for name in run.harmful)
        yield from (forbidden_name(name, how) for name in list(names)[:_MOST_DEEDS])
        refusal = next((run.refusal for run in runs if run.refusal and run.seen.names), "")
        if misuse and refusal and not names:
            yield Trouble(Safety.DANGEROUS, how + refusal, _HOSTILE)

    def _as_plain(self, base: BinaryIO, start: int, size: int) -> Iterator[Trouble]:
        """What a reader that does not know joblib would do from the bytes of the arrays."""
        yield from self.deeds(base, start, size, "read by pickle.load instead of joblib.load, it ")

    def _c(self, base: BinaryIO, spans: list[tuple[int, int]], torch: bool) -> Run:
        run = Run(Seen(self.allowlist, self.limits, torch))
        with reader(base, spans) as stream:
            machine = CMachine(stream, run.seen)
            _load(run, machine.load)
            run.end = stream.tell()
        return run

    def _python(
        self, base: BinaryIO, start: int, size: int, torch: bool, spans: Arrays | None
    ) -> Run:
        run = Run(Seen(self.allowlist, self.limits, torch))
        with reader(base, [(start, size)]) as stream:
            machine = PythonMachine(stream, run.seen, None if spans is None else spans.built)
            _load(run, machine.load)
            run.end = start + stream.tell()
            if not run.error and not run.refusal:
                run.refusal = machine.left_over()
        return run


def _load(run: Run, load: Any) -> None:
    try:
        value = load()
        run.value = value if type(value) is list and len(value) <= _KEPT else None
    except RefusedError as error:
        run.refusal = str(error)
    except (LimitError, MemoryError) as error:
        run.error, run.limited = str(error) or NO_MEMORY, True
    except RecursionError:
        run.error, run.limited = "nested too deeply", True
    except EOFError:
        run.error = "it is broken off"
    except Exception as error:  # the machines raise anything on bytes that are no pickle
        run.error = f"{type(error).__name__}: {error!s:.120}"


def _compared(c: Run, python: Run) -> Iterator[Trouble]:
    """What the two readings come to; nothing where both came clean to the same end."""
    yield from _forbidden(c, "")
    told = set(c.seen.forbidden)
    yield from _forbidden(python, "", told)
    refusal = c.refusal or python.refusal
    if refusal:
        named = told or python.seen.forbidden  # then it may be a library that is not known here
        hint = NEVER if named else misuse_hint(refusal)
        yield Trouble(Safety.DANGEROUS, f"it {refusal}", hint)
    elif c.error and python.error:
        yield _unread(c if c.limited or not python.limited else python)
    elif c.limited or python.limited:
        yield _unread(c if c.limited else python)
    elif c.error or python.error or c.end != python.end or c.seen.names != python.seen.names:
        yield Trouble(Safety.DANGEROUS, _DISAGREE, _HOSTILE)


def _unread(run: Run) -> Trouble:
    what = "a limit was reached: " if run.limited else "no pickle that can be loaded: "
    return Trouble(Safety.UNREAD, what + run.error, _AGAIN)


def _forbidden(run: Run, how: str, told: set[str] | None = None) -> Iterator[Trouble]:
    fresh = [name for name in run.seen.forbidden if name not in (told or ())]
    for name in fresh[:_MOST_TOLD]:
        yield forbidden_name(name, how)
    if len(fresh) > _MOST_TOLD:
        more = f"{how}imports {len(fresh) - _MOST_TOLD} more names that are not on the allowlist"
        yield Trouble(Safety.DANGEROUS, more)
