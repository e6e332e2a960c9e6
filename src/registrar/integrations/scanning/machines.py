"""The interpreter's two unpicklers, which are given nothing real to build.

Both are the parsers that a model is loaded with: a verdict holds for this Python alone.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import lru_cache
from struct import unpack
from typing import Any, ClassVar

from registrar.integrations.scanning.allowlist import Allowlist, Use
from registrar.integrations.scanning.arguments import check_of
from registrar.integrations.scanning.limits import LimitError, Limits
from registrar.integrations.scanning.numpy_objects import Dtype
from registrar.integrations.scanning.standins import (
    Holder,
    Inert,
    Kept,
    RefusedError,
    instance,
    standin,
)
from registrar.integrations.scanning.states import HIDING, HOLDERS, state_of
from registrar.integrations.scanning.streams import SKIPPED, Reader

_ENCODING = "latin1"
"""Reads on where ASCII would stop, so that it sees whatever any encoding lets run."""
_SHOWN = 200
WRAPPER = ("joblib.numpy_pickle", "NumpyArrayWrapper")
"""What joblib puts in the place of an array, whose bytes follow in the stream."""


class Seen:
    """What one reading met: the imports in their order, and persistent ids where they may be."""

    __slots__ = ("_allowlist", "_limits", "called", "forbidden", "ids", "names", "takes_ids")

    def __init__(self, allowlist: Allowlist, limits: Limits, takes_ids: bool = False) -> None:
        self._allowlist = allowlist
        self._limits = limits
        self.takes_ids = takes_ids
        self.names: list[tuple[str, str]] = []
        self.forbidden: dict[str, None] = {}
        self.called: dict[str, None] = {}
        """Those of the forbidden names that the stream calls, or changes."""
        self.ids: list[Any] = []

    def find(self, module: str, name: str) -> type[Inert]:
        """The stand-in for an import; one that is not allowed takes anything, and is noted."""
        self.names.append((module, name))
        if len(self.names) > self._limits.names:
            raise LimitError(f"more than {self._limits.names:,} imports")
        use, module, name = judged_use(self._allowlist, module, name)
        if use is Use.FORBIDDEN:
            shown = f"{module}.{name}"[:_SHOWN]
            self.forbidden[shown] = None
            noted = lambda _: self.called.setdefault(shown)  # noqa: E731
            return standin(shown, Use.FORBIDDEN, arguments=noted)
        return _allowed(module, name, use)

    def persistent(self, given: Any) -> Any:
        """An inert value for what lies outside the stream, which only PyTorch's formats know."""
        if not self.takes_ids:
            raise RefusedError("asks for an object outside the stream (a persistent id)")
        self.ids.append(given)
        if len(self.ids) > self._limits.names:
            raise LimitError(f"more than {self._limits.names:,} persistent ids")
        return instance(Inert)


def judged_use(allowlist: Allowlist, module: str, name: str) -> tuple[Use, str, str]:
    """What may be done with a name, after the renaming that protocols 0 to 2 ask for.

    A name of Python 2 is imported as it stands from protocol 3 on; there is no such module then.
    """
    use = allowlist.use(module, name)
    if use is not Use.FORBIDDEN:
        return use, module, name
    import _compat_pickle

    module, name = _compat_pickle.NAME_MAPPING.get(
        (module, name), (_compat_pickle.IMPORT_MAPPING.get(module, module), name)
    )
    return allowlist.use(module, name), module, name


@lru_cache(maxsize=4096)
def _allowed(module: str, name: str, use: Use) -> type[Inert]:
    base: type[Inert] = Holder if (module, name) in HIDING else Inert
    if (module, name) == WRAPPER:
        base = Kept
    return standin(
        f"{module}.{name}",
        use,
        base,
        arguments=check_of(module, name, use),
        states=state_of(module, name, use),
        holds=(module, name) in HOLDERS,
    )


class CMachine(pickle.Unpickler):
    """The unpickler of ``pickle.load``."""

    def __init__(self, file: Reader, seen: Seen) -> None:
        super().__init__(file, encoding=_ENCODING)
        self._seen = seen

    def find_class(self, module: str, name: str) -> Any:
        """A stand-in."""
        return self._seen.find(module, name)

    def persistent_load(self, pid: Any) -> Any:
        """An inert value, or a refusal."""
        return self._seen.persistent(pid)


_build: Callable[[Any], None] = pickle._Unpickler.dispatch[pickle.BUILD[0]]
_OVER = {
    "pickle exhausted before end of frame": "reaches over the end of a frame",
    "beginning of a new frame before end of current frame": "begins a frame inside another",
}
"""What ``pickle._Unpickler`` says of frames that are not kept to."""
_setitem: Callable[[Any], None] = pickle._Unpickler.dispatch[pickle.SETITEM[0]]
_setitems: Callable[[Any], None] = pickle._Unpickler.dispatch[pickle.SETITEMS[0]]


class PythonMachine(pickle._Unpickler):
    """The unpickler of joblib, written in Python: it keeps to frames, and can be looked into."""

    dispatch: ClassVar[dict[int, Callable[[Any], None]]] = dict(pickle._Unpickler.dispatch)
    stack: list[Any]
    read: Callable[[int], bytes]
    append: Callable[[Any], None]
    metastack: list[list[Any]]
    _unframer: Any

    def __init__(
        self, file: Reader, seen: Seen, built: Callable[[PythonMachine], None] | None = None
    ) -> None:
        super().__init__(file, encoding=_ENCODING)
        self.file = file
        self._seen = seen
        self._built = built
        self._cut_off = False
        self._kept: dict[int, Any] = {}
        """Dictionaries that were looked at, and may not change any more, by their identity."""

    def load(self) -> Any:
        """Read a pickle; whoever does not keep to frames is refused, not only unreadable.

        The C machine reads on there before Python 3.13.15 and 3.14.7 (python/cpython#154848), and
        stops since: the verdict is for all of them.
        """
        try:
            return super().load()
        except pickle.UnpicklingError as error:
            refusal = _OVER.get(str(error))
            if refusal is None or self._cut_off:
                raise
            raise RefusedError(f"{refusal}, where some Pythons read on and others stop") from None

    def find_class(self, module: str, name: str) -> Any:
        """A stand-in."""
        return self._seen.find(module, name)

    def persistent_load(self, pid: Any) -> Any:
        """An inert value, or a refusal."""
        return self._seen.persistent(pid)

    def left_over(self) -> str:
        """What is wrong at the end of a pickle, where it should have used up all that it made."""
        if self.in_frame():
            return "ends before its last frame does"
        if self.stack or self.metastack:
            return "makes objects that are no part of what it gives"
        return ""

    def in_frame(self) -> bool:
        """Tell whether a frame is not used up."""
        frame = self._unframer.current_frame
        return frame is not None and frame.tell() < len(frame.getbuffer())

    def load_frame(self) -> None:
        """FRAME; a file that was broken off has a last one without its end."""
        (size,) = unpack("<Q", self.read(8))
        self._cut_off = size > self.file.size - self.file.tell()
        self._unframer.load_frame(size)

    def load_build(self) -> None:
        """BUILD; joblib reads an array behind the state of its wrapper."""
        state, made = self.stack[-1], self.stack[-2:-1]
        if self._kept:
            self._unchanged(state)
        _build(self)
        if made and isinstance(made[0], Inert):
            self._keep(made[0], state)
        if self._built is not None:
            self._built(self)

    def _keep(self, made: Inert, state: Any) -> None:
        """Note the dictionaries of a state that were looked at, and that the object keeps."""
        if isinstance(made, Dtype):
            kept = [state[4]]
        elif type(made).use is Use.STATE:
            kept = [state, *state.values()]
        else:
            return
        self._kept.update((id(it), it) for it in kept if type(it) is dict)

    def load_setitem(self) -> None:
        """SETITEM."""
        if self._kept:
            self._unchanged(self.stack[-3])
        _setitem(self)

    def load_setitems(self) -> None:
        """SETITEMS."""
        if self._kept:
            self._unchanged(self.metastack[-1][-1])
        _setitems(self)

    def _unchanged(self, given: Any) -> None:
        """Refuse to change what was looked at.

        NumPy would take any bytes for pointers by the fields of a type that are changed later.
        """
        if id(given) in self._kept:
            raise RefusedError("changes a state when it was looked at")

    def load_extension(self) -> None:
        """EXT1, EXT2, EXT4: a number of copyreg's registry, which every program fills by itself."""
        raise RefusedError("imports by a number of copyreg's registry, which says no name")

    def load_readonly(self) -> None:
        """READONLY_BUFFER: says something of a buffer outside the stream, and there is none."""
        raise RefusedError("marks a buffer of its own as read-only")

    def _bytes(self, width: int, kind: type[bytes] | type[bytearray]) -> None:
        (count,) = unpack("<I" if width == 4 else "<Q", self.read(width))
        if count < SKIPPED or self.in_frame():
            self.append(kind(self.read(count)))
            return
        if self.file.skip(count) < count:
            raise EOFError("Ran out of input")
        self.append(kind())

    dispatch[pickle.BUILD[0]] = load_build
    dispatch[pickle.FRAME[0]] = load_frame
    dispatch[pickle.SETITEM[0]] = load_setitem
    dispatch[pickle.SETITEMS[0]] = load_setitems
    for _code in (pickle.EXT1, pickle.EXT2, pickle.EXT4):
        dispatch[_code[0]] = load_extension
    dispatch[pickle.READONLY_BUFFER[0]] = load_readonly
    dispatch[pickle.BINBYTES[0]] = lambda self: self._bytes(4, bytes)
    dispatch[pickle.BINBYTES8[0]] = lambda self: self._bytes(8, bytes)
    dispatch[pickle.BYTEARRAY8[0]] = lambda self: self._bytes(8, bytearray)
