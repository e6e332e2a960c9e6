"""What the few callables of the allowlist may be called with.

A name on a list is not enough: every call must look as the library itself writes it. NumPy's are in
``numpy_objects``. Source of the others: ``copyreg``, and ``__reduce__`` of the containers.
"""

from __future__ import annotations

from typing import Any, cast

from registrar.integrations.scanning.allowlist import Name, Use
from registrar.integrations.scanning.numpy_objects import CHECKS as OF_NUMPY
from registrar.integrations.scanning.scipy_states import DOKS, entropy_of
from registrar.integrations.scanning.standins import (
    Arguments,
    Finished,
    Imported,
    Inert,
    RefusedError,
    instance,
    is_name,
    is_of,
)
from registrar.integrations.scanning.states import CHECK_ARRAY, HOLDERS
from registrar.integrations.scanning.values import ITERABLE, is_fixed, is_plain

_PAIRS = (list, tuple)


def _encode(args: tuple[Any, ...]) -> bytes:
    """The bytes that protocols 0 to 2 write as text."""
    if len(args) != 2 or type(args[0]) is not str or args[1] not in ("latin1", "latin-1"):
        raise RefusedError("encodes something else than bytes written as text")
    try:
        return args[0].encode("latin1")
    except UnicodeEncodeError:
        raise RefusedError("encodes something else than bytes written as text") from None


def _bytes(args: tuple[Any, ...]) -> bytes:
    """Empty bytes, in protocols that have no opcode for them."""
    if args:
        raise RefusedError("makes bytes of something else")
    return b""


def _bytearray(args: tuple[Any, ...]) -> bytearray:
    if not args:
        return bytearray()
    if len(args) == 1 and type(args[0]) is bytes:
        return bytearray(args[0])
    if len(args) == 2 and type(args[0]) is str:  # as Python 2 is written to
        return bytearray(_encode(args))
    raise RefusedError("makes bytes of something else")


def _reconstructor(args: tuple[Any, ...]) -> Inert:
    """An object without a state, or a dictionary with its items."""
    if len(args) != 3 or not isinstance(args[0], Imported) or not is_of(args[1], "builtins"):
        raise RefusedError("makes an object as copyreg does not")
    made, base, items = args
    if made.use is Use.FORBIDDEN or made.use is Use.ANY:
        return cast(Inert, instance(made))  # the first is told already
    new = made.use is Use.NEW or made.use is Use.STATE
    empty = new and base.shown == "builtins.object" and items is None
    filled = made.shown in _DICTS and base.shown == "builtins.dict" and type(items) is dict
    if filled and made.use is Use.STATE:
        _plain((items,))
    if not empty and not filled:
        raise RefusedError(f"makes a {made.shown}, which may be here but not be made")
    return cast(Inert, instance(made))


_DICTS = frozenset(".".join(name) for name in HOLDERS if name != ("collections", "deque")) | DOKS


def _container(args: tuple[Any, ...]) -> None:
    """A set or a deque: of the items of a plain container."""
    bound = args[1] if len(args) == 2 else None
    if len(args) > 2 or not (bound is None or type(bound) is int):
        raise RefusedError("makes a container as Python does not")
    if args and type(args[0]) not in ITERABLE:
        raise RefusedError("makes a container of something that is none")


def _dictionary(args: tuple[Any, ...]) -> None:
    """A dictionary or a counter: of a plain dictionary, or of plain pairs."""
    if len(args) > 1:
        raise RefusedError("makes a dictionary as Python does not")
    if args and type(args[0]) is not dict and not _are_pairs(args[0]):
        raise RefusedError("makes a dictionary of something that is none")


def _are_pairs(items: Any) -> bool:
    return type(items) in _PAIRS and all(type(item) in _PAIRS for item in items)


def _factory(args: tuple[Any, ...]) -> None:
    if args and args[0] is not None and not is_of(args[0], "builtins", "collections"):
        raise RefusedError("makes a defaultdict that calls something")
    _dictionary(args[1:])


def _partial(args: tuple[Any, ...]) -> None:
    """A function with its arguments, as gradient boosting keeps one; nothing is called by it."""
    if len(args) != 1 or not is_name(args[0], CHECK_ARRAY):
        raise RefusedError("makes a functools.partial of another function than scikit-learn does")


class Triplet(Finished):
    """A tuple of scikit-learn's with an estimator in it."""

    __slots__ = ()
    opaque = True


def _triplet(args: tuple[Any, ...]) -> Triplet:
    if len(args) != 3:
        raise RefusedError("makes a tuple as scikit-learn does not")
    made: Triplet = instance(Triplet)
    return made


def _nothing(args: tuple[Any, ...]) -> None:
    if args:
        raise RefusedError("makes a container as its library does not")


def _plain(args: tuple[Any, ...]) -> None:
    if not is_plain(args):
        raise RefusedError("hands an object that it has filled to code that runs at loading")


def _fixed(args: tuple[Any, ...]) -> Finished:
    """A value that nothing changes any more, such as a date or a slice."""
    if not all(map(is_fixed, args)):
        raise RefusedError("makes a value as Python does not")
    return _value()


def _whole(args: tuple[Any, ...]) -> Finished:
    """A value that gets no state, such as a tensor."""
    _plain(args)
    return _value()


def _value() -> Finished:
    made: Finished = instance(Finished)
    return made


_CHECKS: dict[Name, Arguments] = {
    **OF_NUMPY,
    ("_codecs", "encode"): _encode,
    ("builtins", "bytes"): _bytes,
    ("builtins", "bytearray"): _bytearray,
    ("builtins", "frozenset"): _container,
    ("builtins", "getattr"): entropy_of,
    ("builtins", "set"): _container,
    ("collections", "Counter"): _dictionary,
    ("collections", "OrderedDict"): _dictionary,
    ("collections", "defaultdict"): _factory,
    ("collections", "deque"): _container,
    ("copyreg", "_reconstructor"): _reconstructor,
    ("functools", "partial"): _partial,
    ("sklearn.impute._iterative", "_ImputerTriplet"): _triplet,
    ("sklearn.utils._bunch", "Bunch"): _nothing,
}
_VALUES = ("builtins", "datetime", "decimal")
_FINISHED = ("torch", "torch._utils", "torch.serialization")


def check_of(module: str, name: str, use: Use) -> Arguments | None:
    """What looks at the calls of a name closely; None for one that may take anything."""
    if use is not Use.CALL:
        return None
    if name == "newObj" or name.startswith("__pyx_unpickle_"):
        return lambda args: _same_room(module, args)
    other: Arguments = _whole if module in _FINISHED else _plain
    if module in _VALUES:
        other = _fixed
    return _CHECKS.get((module, name), other)


def _same_room(module: str, args: tuple[Any, ...]) -> None:
    """Cython's functions make an empty instance of the type that they are given."""
    if not args or not is_of(args[0], module):
        raise RefusedError(f"makes an object of {module} as Cython does not")
    _plain(args)
