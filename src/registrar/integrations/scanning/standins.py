"""Stand-ins: what a pickle gets instead of everything that it imports.

Nothing is imported and nothing runs. A stand-in is a class with the name of what was asked for.
It takes a call, an empty construction or only a mention, as the allowlist says; its instances take
a state and items, keep neither, and lead nowhere. Anything else ends the reading.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, cast

from registrar.integrations.scanning.allowlist import Use


class RefusedError(Exception):
    """The stream does with an allowed name what it may not; the message says what."""


Arguments = Callable[[tuple[Any, ...]], Any]
"""Looks at the arguments of a call; its result, None for a stand-in. Raises RefusedError."""


def _changes(cls: type, *_: object) -> NoReturn:
    raise RefusedError(f"changes {cls.__dict__['shown']}, which it imported")


class Imported(type):
    """The type of stand-ins: what happens to the imported name itself, not to an instance."""

    use: Use
    shown: str
    arguments: Arguments | None

    def __call__(cls, *args: Any, **named: Any) -> Any:
        """A call, as REDUCE, OBJ and INST make it."""
        if cls.use is Use.NAME or cls.use is Use.NEW:
            raise RefusedError(f"calls {cls.shown}, which may be here but not be called")
        return cls._result(args, named)

    def _result(cls, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        given = None
        if cls.arguments is not None:
            if named and cls.use is not Use.FORBIDDEN:
                raise RefusedError(f"calls {cls.shown} with named arguments")
            given = cls.arguments(args)
        return instance(cls) if given is None else given

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

    def __new__(cls, *args: Any, **named: Any) -> Any:
        """An empty instance, as NEWOBJ makes it; with arguments only of what may be called."""
        if cls.use is Use.NAME:
            raise RefusedError(f"makes a {cls.shown}, which may be here but not be made")
        if cls.use is Use.NEW:
            if args or named:
                raise RefusedError(f"makes a {cls.shown} with arguments")
            return instance(cls)
        return cls._result(args, named)

    def __setstate__(self, state: Any) -> None:
        """Take what BUILD brings, once: a second state could pull the first from under a view."""
        if hasattr(self, "has_state"):
            raise RefusedError(f"gives a {type(self).shown} its state twice")
        self.has_state = True
        if type(state) is tuple and len(state) == 2 and state[1] and type(self).use is Use.NEW:
            raise RefusedError(f"sets attributes of a {type(self).shown} one by one")

    def __call__(self, *args: Any, **named: Any) -> NoReturn:
        """Refuse: what the stream has made itself is never called."""
        raise RefusedError(f"calls a {type(self).shown} that it has made")

    def __setitem__(self, key: Any, value: Any) -> None:
        """Take an item."""

    def append(self, item: Any) -> None:
        """Take an item."""

    def extend(self, items: Any) -> None:
        """Take items."""

    def add(self, item: Any) -> None:
        """Take an item."""


def standin(
    shown: str, use: Use, arguments: Arguments | None, base: type[Inert] = Inert
) -> type[Inert]:
    """A fresh class that stands for an imported name."""
    body = {"__slots__": (), "use": use, "shown": shown, "arguments": arguments}
    made: Any = Imported("standin", (base,), body)
    return cast(type[Inert], made)


class Kept(Inert):
    """An instance whose state is kept, because something is read by it."""

    __slots__ = ("state",)
    state: Any

    def __setstate__(self, state: Any) -> None:
        """Keep it; the wrapper of joblib's is looked at, whatever it gets."""
        super().__setstate__(state)
        self.state = state


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
