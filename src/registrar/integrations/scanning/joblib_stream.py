"""Arrays that joblib writes into the stream, behind the state of their wrapper.

Source: ``NumpyArrayWrapper.read_array`` of joblib 1.6; older ones write no padding. An array of
objects is another pickle in the same stream.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, BinaryIO

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.machines import WRAPPER, PythonMachine
from registrar.integrations.scanning.numpy_objects import Dtype
from registrar.integrations.scanning.standins import Finished, Imported, RefusedError, instance

if TYPE_CHECKING:
    from registrar.integrations.scanning.unpickling import Pickles

_WRAPPER = ".".join(WRAPPER)
_SUBCLASSES = ("numpy.ndarray", "numpy.matrix", "numpy.memmap")
_MEMMAPS = ("numpy.core.memmap.memmap", "numpy._core.memmap.memmap")


class Arrays:
    """Follows a stream of joblib's; remembers the spans that are no part of the pickle."""

    def __init__(self, pickles: Pickles, base: BinaryIO, start: int) -> None:
        self._pickles = pickles
        self._base = base
        self._start = start
        self._states: dict[int, dict[str, Any]] = {}
        self.skipped: list[tuple[int, int]] = []
        self.troubles: list[Trouble] = []

    def built(self, machine: PythonMachine) -> None:
        """Read the array of a wrapper that has just got its state."""
        wrapper = machine.stack[-1]
        if type(type(wrapper)) is not Imported or type(wrapper).shown != _WRAPPER:
            return
        if machine.in_frame():
            raise RefusedError("has an array of joblib's inside a frame")
        at = machine.file.tell()
        end = self._end(machine, wrapper.state, at)
        self.skipped.append((self._start + at, self._start + end))
        machine.stack[-1] = instance(Finished)

    def _end(self, machine: PythonMachine, state: Any, at: int) -> int:
        """The offset behind the array that begins at ``at``; the stream is moved there."""
        dtype, count = _described(state)
        if dtype.kind == "O":
            start, size = self._start + at, self._start + machine.file.size
            inner = self._pickles.dry_run(self._base, start, size, arrays=False)
            self.troubles += inner.troubles
            if not inner.whole:
                raise RefusedError("has an array of objects that cannot be read")
            end = inner.end - self._start
        else:
            padding = 0
            if state.get("numpy_array_alignment_bytes") is not None:
                padding = 1 + (machine.file.read(1) or b"\0")[0]
            end = at + padding + count * (dtype.width or 0)
        if end > machine.file.size:
            raise EOFError
        machine.file.seek(end)
        return end

    def kept(self, size: int) -> list[tuple[int, int]]:
        """The spans of the pickle itself, in a stream of ``size`` bytes."""
        starts = [self._start, *(end for _, end in self.skipped)]
        ends = [*(start for start, _ in self.skipped), size]
        return list(zip(starts, ends, strict=True))

    def outer(self, end: int) -> int:
        """The offset in the stream of one in the spans that are kept."""
        end += self._start
        for start, after in self.skipped:
            if end >= start:
                end += after - start
        return end


def _described(state: Any) -> tuple[Dtype, int]:
    """Type and number of the items; raises RefusedError for what joblib does not write."""
    subclass, shape, dtype = state.get("subclass"), state.get("shape"), state.get("dtype")
    known = isinstance(subclass, Imported) and subclass.shown in (*_SUBCLASSES, *_MEMMAPS)
    if not known or type(shape) is not tuple or not isinstance(dtype, Dtype):
        raise RefusedError("describes an array of joblib's as joblib does not")
    alignment = state.get("numpy_array_alignment_bytes")
    if state.get("order") not in ("C", "F") or not (alignment is None or type(alignment) is int):
        raise RefusedError("describes an array of joblib's as joblib does not")
    if any(type(length) is not int or length < 0 for length in shape) or dtype.width is None:
        raise RefusedError("describes an array of joblib's as joblib does not")
    return dtype, prod(shape)
