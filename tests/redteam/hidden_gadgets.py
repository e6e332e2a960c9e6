"""Pickles that hide what acts, or change what was looked at: names of the allowlist alone.

As ``gadgets``, which tells of covers.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator

from crafted import glob, proto
from gadgets import (
    LOGISTIC,
    NONE,
    ONE,
    ZERO,
    Gadget,
    compared,
    dtype,
    listed,
    made,
    objects,
    short,
    sorting,
    tupled,
)


def hidden_gadgets(path: str) -> Iterator[Gadget]:
    """All of them, against a path."""
    yield from _hidden(path)
    yield from _fields()


def _hidden(path: str) -> Iterator[Gadget]:
    """What acts when it is compared lies in something that looks harmless, or is put there later.

    Python compares deques, lists, tuples and slices by what lies in them.
    """
    acting = compared(path)
    deque = glob("collections", "deque")
    triplet = glob("sklearn.impute._iterative", "_ImputerTriplet")
    for name, item in (
        ("deque-of", deque + listed(acting) + pickle.TUPLE1 + pickle.REDUCE),
        ("deque-with", deque + pickle.EMPTY_TUPLE + pickle.REDUCE + acting + pickle.APPEND),
        ("triplet", triplet + tupled(acting, ONE, ONE) + pickle.REDUCE),
    ):
        yield Gadget(f"hidden-{name}.pkl", sorting(item, item), opens=True, writes=True)
        inner = sorting(tupled(item), tupled(item))
        yield Gadget(f"hidden-{name}-in-tuple.pkl", inner, opens=True, writes=True)
    empty = pickle.EMPTY_LIST, deque + pickle.EMPTY_TUPLE + pickle.REDUCE
    for kind, first in zip(("list", "deque"), empty, strict=True):
        puts = [first + pickle.BINPUT + bytes([number]) for number in (200, 201)]
        late = b"".join(
            pickle.BINGET + bytes([number]) + acting + pickle.APPEND + pickle.POP
            for number in (200, 201)
        )
        slices = [
            glob("builtins", "slice") + tupled(put, NONE, NONE) + pickle.REDUCE for put in puts
        ]
        for where, items in (("", puts), ("-tuple", [*map(tupled, puts)]), ("-slice", slices)):
            name = f"late-{kind}{where}.pkl"
            yield Gadget(name, sorting(*items, late=late), opens=True, writes=True)
    begun, _, state = objects(acting).partition(pickle.MARK)
    puts = [begun + pickle.BINPUT + bytes([number]) for number in (200, 201)]
    late = b"".join(
        pickle.BINGET + bytes([number]) + pickle.MARK + state + pickle.POP for number in (200, 201)
    )
    yield Gadget("late-array.pkl", sorting(*puts, late=late), opens=True, writes=True)


def record(change: bytes = b"") -> bytes:
    """A type of NumPy's with a field, and what is run when it is made; its fields are at 200."""
    fields = (
        pickle.EMPTY_DICT
        + pickle.BINPUT
        + b"\xc8"
        + short("x")
        + tupled(dtype("f8"), ZERO)
        + pickle.SETITEM
    )
    state = tupled(*(pickle.BININT1 + b"\3", short("|"), NONE, short("x") + pickle.TUPLE1, fields))
    state = state[:-1] + tupled(pickle.BININT1 + b"\x08", ONE, ZERO)[1:]
    return tupled(dtype("V8") + state + pickle.BUILD, change)


def _fields() -> Iterator[Gadget]:
    """Fields of a type that are changed when they were looked at: bytes become pointers."""
    got, item = pickle.BINGET + b"\xc8", short("x") + tupled(dtype("O8"), ZERO)
    for name, change in (
        ("setitem", got + item + pickle.SETITEM),
        ("setitems", got + pickle.MARK + item + pickle.SETITEMS),
        ("state", made(*LOGISTIC) + got + pickle.BUILD),
    ):
        yield Gadget(f"fields-{name}.pkl", proto(4) + record(change) + pickle.STOP)
    field = tupled(dtype("f8"), ZERO)
    matrix = made("scipy.sparse._coo", "coo_matrix", row=field, col=field)
    yield Gadget("fields-renamed.pkl", proto(4) + matrix + pickle.STOP)
