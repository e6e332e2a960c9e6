"""Stand-ins: what a pickle gets instead of everything that it imports.

Nothing is imported and nothing runs. A stand-in is a class with the name of what was asked for.
It takes a call, an empty construction or only a mention, as the allowlist says; its instances take
a state and items, keep neither, and lead nowhere. Anything else ends the reading.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, cast

from registrar.integrations.scanning.allowlist import Use

WRAPPER_KEYS = frozenset(
    {"subclass", "shape", "order", "dtype", "allow_mmap", "numpy_array_alignment_bytes"}
)
"""Attributes of ``joblib.numpy_pickle.NumpyArrayWrapper``."""


_EMPTY = (Use.NEW, Use.STATE)
_NEVER_CALLED = (Use.NAME, *_EMPTY)
_BRANCHES = (tuple, list, dict)


class RefusedError(Exception):
    """The stream does with an allowed name what it may not; the message says what."""


Arguments = Callable[[tuple[Any, ...]], Any]
"""Looks at the arguments of a call; its result, None for a stand-in. Raises RefusedError."""
States = Callable[[Any], bool]
"""Tells whether a state is one that the library writes."""


def _changes(cls: type, *_: object) -> NoReturn:
    raise RefusedError(f"changes {cls.__dict__['shown']}, which it imported")


class Imported(type):
    """The type of stand-ins: what happens to the imported name itself, not to an instance."""

    use: Use
    shown: str
    arguments: Arguments | None
    states: States | None
    holds: bool

    def __call__(cls, *args: Any, **named: Any) -> Any:
        """A call, as REDUCE, OBJ and INST make it."""
        if cls.use in _NEVER_CALLED:
            raise RefusedError(f"calls {cls.shown}, which may be here but not be called")
        return cls._result(args, named)

    def _result(cls, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        given = None
        if cls.arguments is not None:
            if named and cls.use is not Use.FORBIDDEN:
                raise RefusedError(f"calls {cls.shown} with named arguments")
            given = cls.arguments(args)
        if given is not None:
            return given
        made = instance(cls)
        if isinstance(made, Holder):
            made.is_empty = all(type(arg) in _BRANCHES and not arg for arg in args)
        return made

    __setattr__ = _changes
    __delattr__ = _changes
    __setitem__ = _changes
    __setstate__ = property(_changes, _changes)
    append = property(_changes, _changes)
    extend = property(_changes, _changes)
    add = property(_changes, _changes)


class Inert(metaclass=Imported):
    """An instance of something that is not here; takes state and items, gives nothing."""

    __slots__ = ("has_state",)
    use = Use.FORBIDDEN
    shown = "an object"
    arguments = None
    states = None
    holds = False

    def __new__(cls, *args: Any, **named: Any) -> Any:
        """An empty instance, as NEWOBJ makes it; with arguments only of what may be called."""
        if cls.use is Use.NAME:
            raise RefusedError(f"makes a {cls.shown}, which may be here but not be made")
        if cls.use in _EMPTY:
            if args or named:
                raise RefusedError(f"makes a {cls.shown} with arguments")
            return instance(cls)
        return cls._result(args, named)

    def __setstate__(self, state: Any) -> None:
        """Take what BUILD brings, once: a second state could pull the first from under a view."""
        if hasattr(self, "has_state"):
            raise RefusedError(f"gives a {type(self).shown} its state twice")
        self.has_state = True
        looked = type(self).states
        if looked is not None and not looked(state):
            raise RefusedError(f"gives a {type(self).shown} a state that it does not write")

    def __call__(self, *args: Any, **named: Any) -> NoReturn:
        """Refuse: what the stream has made itself is never called."""
        raise RefusedError(f"calls a {type(self).shown} that it has made")

    def __setitem__(self, key: Any, value: Any) -> None:
        """Take an item, where it is a container."""
        self._item()

    def append(self, item: Any) -> None:
        """Take an item, where it is a container."""
        self._item()

    extend = add = append

    def _item(self) -> None:
        """Refuse an item of what is no container, or has its state.

        A state can put something else in the place of ``append``, which would be called.
        """
        if type(self).use is Use.FORBIDDEN or type(self).use is Use.ANY:
            return
        if not type(self).holds or hasattr(self, "has_state"):
            raise RefusedError(f"adds items to a {type(self).shown}, which takes none")


def standin(shown: str, use: Use, base: type[Inert] = Inert, **rules: Any) -> type[Inert]:
    """A fresh class that stands for an imported name; ``rules`` are attributes of Imported."""
    made: Any = Imported("standin", (base,), {"__slots__": (), "use": use, "shown": shown, **rules})
    return cast(type[Inert], made)


class Kept(Inert):
    """The wrapper of joblib's, whose state is kept: what follows in the stream is read by it."""

    __slots__ = ("state",)
    state: Any

    def __setstate__(self, state: Any) -> None:
        """Keep a description of an array; an own ``read`` would be called."""
        super().__setstate__(state)
        if type(state) is not dict or not state.keys() <= WRAPPER_KEYS:
            raise RefusedError("describes an array of joblib's as joblib does not")
        self.state = state

    @property
    def opaque(self) -> bool:
        """Tell whether it stands for an array of objects."""
        kind = getattr(self, "state", {}).get("dtype")
        return getattr(kind, "kind", "O") == "O"


class Holder(Inert):
    """A container, or a function with its arguments: any object may lie in it."""

    __slots__ = ("is_empty",)
    is_empty: bool

    @property
    def opaque(self) -> bool:
        """Tell whether something was put into it."""
        return not getattr(self, "is_empty", False)

    def _item(self) -> None:
        super()._item()
        self.is_empty = False


def is_opaque(value: Inert) -> bool:
    """Tell whether a value may hold objects that the stream has filled freely."""
    free = type(value).use in _EMPTY and not isinstance(value, Kept)
    return free or getattr(value, "opaque", False)


class Finished(Inert):
    """A value that is whole when it is made, such as a number or an array over given bytes."""

    __slots__ = ()
    use = Use.CALL
    shown = "value"

    def __setstate__(self, state: Any) -> None:
        """Refuse: nothing that writes such a value gives it a state."""
        raise RefusedError("gives a state to a value that has none")


def instance(cls: Any) -> Any:
    """An instance of a stand-in, made without its checks."""
    return object.__new__(cls)


def is_name(value: Any, shown: str) -> bool:
    """Tell whether a value is a certain imported name."""
    return isinstance(value, Imported) and value.shown == shown


def is_of(value: Any, *modules: str) -> bool:
    """Tell whether a value is a name imported from one of some modules."""
    return isinstance(value, Imported) and value.shown.rpartition(".")[0] in modules
