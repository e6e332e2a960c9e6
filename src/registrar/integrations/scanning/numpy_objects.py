"""NumPy's objects in a pickle: each must be made, and get its state, as NumPy itself writes it.

``numpy.dtype`` alone can make an array of objects out of bytes that the stream chose, which NumPy
then takes for pointers. Sources: ``__reduce__`` of NumPy's types, ``numpy/random/_pickle.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

from registrar.integrations.scanning.allowlist import Name, Use
from registrar.integrations.scanning.standins import (
    Arguments,
    Finished,
    Inert,
    Kept,
    RefusedError,
    instance,
    is_name,
    is_of,
    is_opaque,
)
from registrar.integrations.scanning.values import is_fixed

_TYPE = re.compile(r"[<>|=]?([biufcSUVmMO?])([0-9]{0,10})")
_OBJECT_FLAGS = 63
_PLAIN_FLAGS = 8 | 16
_ALIGNED = 128
"""Of records, whose fields lie as in C."""
_WIDTHS = {"b": (1,), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8), "f": (2, 4, 8, 16), "c": (8, 16, 32)}
_WIDTHS |= {"m": (8,), "M": (8,), "O": (4, 8), "?": (1,)}
_MAX_WIDTH = 2**31 - 1
_NUMBERS = (bool, int, float, complex, str, bytes)


class Dtype(Inert):
    """A NumPy data type; it knows its width, and that it holds objects."""

    __slots__ = ("kind", "width")
    use = Use.CALL
    shown = "numpy.dtype"
    kind: str
    width: int | None
    """Bytes of one item; None until a record has its state."""

    def __setstate__(self, state: Any) -> None:
        """Take a state that agrees with the type, and changes neither width nor what it holds."""
        super().__setstate__(state)
        if type(state) is not tuple or len(state) not in (8, 9) or state[0] not in (3, 4):
            raise _odd(self)
        _, _, sub, names, fields, width, alignment, flags = state[:8]
        if any(type(number) is not int for number in (width, alignment, flags)):
            raise _odd(self)
        plain = _PLAIN_FLAGS | (_ALIGNED if self.kind == "V" else 0)
        if flags & ~plain if self.kind != "O" else flags != _OBJECT_FLAGS:
            raise RefusedError("gives a numpy.dtype flags that are not its own")
        if not (alignment == -1 or 0 < alignment <= 64):
            raise _odd(self)
        if self.width is None:
            self.width = width
        if width not in (-1, self.width) or not 0 <= self.width <= _MAX_WIDTH:
            raise RefusedError("gives a numpy.dtype a width that is not its own")
        parts = list(_parts(self, sub, names, fields))
        if parts and (self.kind != "V" or any(at + size > self.width for at, size in parts)):
            raise RefusedError("gives a numpy.dtype fields that do not fit into it")


def _odd(it: Dtype) -> RefusedError:
    return RefusedError(f"gives a {type(it).shown} a state that NumPy does not write")


def _parts(it: Dtype, sub: Any, names: Any, fields: Any) -> Iterator[tuple[int, int]]:
    """Offset and size of each field, and of the base of a type with a shape."""
    if sub is not None:
        if type(sub) is not tuple or len(sub) != 2:
            raise _odd(it)
        shape = sub[1] if type(sub[1]) is tuple else (sub[1],)
        yield 0, _width(it, sub[0]) * _product(it, shape)
    if fields is None:
        if names is not None:
            raise _odd(it)
        return
    if type(fields) is not dict or type(names) is not tuple or len(names) > 10_000:
        raise _odd(it)
    for name in {*names, *fields}:
        field = fields.get(name)
        if type(name) is not str or type(field) is not tuple or not 2 <= len(field) <= 3:
            raise _odd(it)
        if type(field[1]) is not int or field[1] < 0:
            raise _odd(it)
        yield field[1], _width(it, field[0])


def _width(it: Dtype, inner: Any) -> int:
    if not isinstance(inner, Dtype) or inner.width is None:
        raise _odd(it)
    if inner.kind == "O":
        raise RefusedError("makes records of NumPy that hold objects")
    return inner.width


def _product(it: Dtype, shape: tuple[Any, ...]) -> int:
    if any(type(length) is not int or length < 0 for length in shape):
        raise _odd(it)
    return prod(shape)


def dtype(args: tuple[Any, ...]) -> Dtype:
    """``numpy.dtype("f8", False, True)``, or of ``numpy.record``."""
    made: Dtype = instance(Dtype)
    if not args or any(type(arg) not in (bool, int) for arg in args[1:]) or len(args) > 3:
        raise _odd(made)
    code = args[0].decode("latin1") if type(args[0]) is bytes else args[0]
    if type(code) is str:
        found = _TYPE.fullmatch(code)
        if found is None:
            raise RefusedError(f"makes a numpy.dtype of {code!r:.80}")
        made.kind, width = found[1], int(found[2] or (1 if found[1] == "?" else 0))
        if width not in _WIDTHS.get(made.kind, (width,)):
            raise RefusedError(f"makes a numpy.dtype of {code!r:.80}")
        made.width = width * (4 if made.kind == "U" else 1)
        return made
    if not is_name(code, "numpy.record"):
        raise RefusedError("makes a numpy.dtype of something that is no name of a type")
    made.kind, made.width = "V", None
    return made


class Array(Inert):
    """An array that ``_reconstruct`` made, empty until it has its state."""

    __slots__ = ("known",)
    use = Use.CALL
    shown = "numpy.ndarray"
    known: bool
    """Its items are numbers, or objects into which nothing can be put later."""

    def __setstate__(self, state: Any) -> None:
        """Take a shape, a type and the bytes or the list of objects that go with it."""
        super().__setstate__(state)
        if type(state) is not tuple or len(state) != 5:
            raise RefusedError("gives an array a state that NumPy does not write")
        self._filled(*state)

    def _filled(self, _: Any, shape: Any, dtype: Any, order: Any, content: Any) -> None:
        if not isinstance(dtype, Dtype) or isinstance(order, Inert):
            raise RefusedError("gives an array a state that NumPy does not write")
        sound = type(shape) is tuple and all(type(n) is int and n >= 0 for n in shape)
        kinds = (list,) if dtype.kind == "O" else (bytes, bytearray, str)
        if not sound or type(content) not in kinds or dtype.width is None:
            raise RefusedError("gives an array a state that NumPy does not write")
        if prod(shape) * max(1, dtype.width) >= 1 << 62:
            raise RefusedError("gives an array more items than memory can have")
        self.known = dtype.kind != "O" or all(is_fixed(it) or is_array(it) for it in content)

    @property
    def opaque(self) -> bool:
        """Tell whether it has no state yet, or one with other objects than numbers and texts."""
        return not getattr(self, "known", False)


class Masked(Array):
    """A masked array that ``_mareconstruct`` made, empty until it has its state."""

    __slots__ = ()
    shown = "numpy.ma.MaskedArray"

    def __setstate__(self, state: Any) -> None:
        """Take the state of an array, a mask, and what is shown in the place of masked items."""
        super(Array, self).__setstate__(state)
        if type(state) is not tuple or len(state) != 7 or type(state[5]) not in (bytes, str):
            raise RefusedError("gives a masked array a state that NumPy does not write")
        self._filled(*state[:5])
        if not (state[6] is None or type(state[6]) in _NUMBERS or is_array(state[6])):
            raise RefusedError("gives a masked array a state that NumPy does not write")


def is_array(value: Any) -> bool:
    """Tell whether a value is an array or a number of NumPy's, in the stream or behind it."""
    return isinstance(value, Array | Finished | Kept) and not is_opaque(value)


def _reconstruct(args: tuple[Any, ...]) -> Array:
    if len(args) != 3 or not _array(args[0]) or args[1] != (0,) or args[2] not in ("b", b"b"):
        raise RefusedError("makes an array as NumPy does not")
    made: Array = instance(Array)
    return made


def _mareconstruct(args: tuple[Any, ...]) -> Masked:
    arrays = len(args) == 4 and _array(args[0]) and _array(args[1])
    if not arrays or args[2] != (0,) or args[3] not in ("b", b"b"):
        raise RefusedError("makes a masked array as NumPy does not")
    made: Masked = instance(Masked)
    return made


def _array(value: Any) -> bool:
    modules = ("numpy", "numpy.ma", "numpy.ma.core", "numpy.matrixlib.defmatrix", "numpy.rec")
    cores = ("numpy.core.records", "numpy._core.records", "numpy.core.memmap", "numpy._core.memmap")
    return is_of(value, *modules, *cores) and value.use is Use.NAME


def _frombuffer(args: tuple[Any, ...]) -> Finished:
    if not 4 <= len(args) <= 5 or type(args[0]) not in (bytes, bytearray):
        raise RefusedError("makes an array of something else than bytes")
    if not isinstance(args[1], Dtype) or args[1].kind == "O":
        raise RefusedError("makes an array of something else than bytes")
    if type(args[3]) is not str or not all(map(_lengths, (args[2], *args[4:]))):
        raise RefusedError("makes an array of bytes as NumPy does not")
    return _finished()


def _lengths(value: Any) -> bool:
    """Tell whether a value is a length, or several, or none."""
    several = value if type(value) in (tuple, list) else (value,)
    return value is None or all(type(length) is int for length in several)


def _scalar(args: tuple[Any, ...]) -> Finished:
    if not 1 <= len(args) <= 2 or not isinstance(args[0], Dtype) or args[0].kind == "O":
        raise RefusedError("makes a NumPy number as NumPy does not")  # of objects: any, unseen
    if type(args[-1]) not in (bytes, str) and len(args) == 2:
        raise RefusedError("makes a NumPy number as NumPy does not")
    return _finished()


def _finished() -> Finished:
    made: Finished = instance(Finished)
    return made


def _bit_generator(args: tuple[Any, ...]) -> None:
    if args and type(args[0]) is not str and not is_of(args[0], *_RANDOM):
        raise RefusedError("makes a generator of random numbers of something else")


def _generator(args: tuple[Any, ...]) -> None:
    first = args[0] if args else "MT19937"
    made = type(first) is str or is_of(type(first), *_RANDOM)
    if not made or (
        len(args) > 1 and not is_name(args[1], "numpy.random._pickle.__bit_generator_ctor")
    ):
        raise RefusedError("makes a generator of random numbers of something else")


_RANDOM = (
    *("numpy.random._mt19937", "numpy.random._pcg64", "numpy.random._philox"),
    *("numpy.random._sfc64", "numpy.random._pickle"),
)


_CORES = ("numpy.core", "numpy._core")
CHECKS: Mapping[Name, Arguments] = {
    ("numpy", "dtype"): dtype,
    **{(f"{core}.multiarray", "_reconstruct"): _reconstruct for core in _CORES},
    **{(f"{core}.multiarray", "scalar"): _scalar for core in _CORES},
    **{(f"{core}.numeric", "_frombuffer"): _frombuffer for core in _CORES},
    ("numpy.ma.core", "_mareconstruct"): _mareconstruct,
    ("numpy.random._pickle", "__bit_generator_ctor"): _bit_generator,
    ("numpy.random._pickle", "__randomstate_ctor"): _generator,
    ("numpy.random._pickle", "__generator_ctor"): _generator,
}
"""What looks at the calls of each function."""
