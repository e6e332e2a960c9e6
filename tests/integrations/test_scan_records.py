"""Records in records in NumPy's files: read to their end, and none with objects is taken for data."""

from __future__ import annotations

import io
import pickle
import warnings
from typing import Any

import numpy as np
import pytest
from crafted import Call
from hypothesis import given, settings
from hypothesis import strategies as st

from registrar.domain.scanning import FileScan, Safety
from registrar.integrations.scanning.allowlist import allowlist
from registrar.integrations.scanning.engine import Engine
from registrar.integrations.scanning.parts import Part
from registrar.reading.sniffing import sniff

POINT = np.dtype([("x", "<f8"), ("y", "<i4", (2, 3))])
LINE = np.dtype([("from", POINT), ("to", POINT, (2,)), ("when", "<M8[ns]"), ("name", "<U5")])
PATH = np.dtype([("lines", LINE, (3,)), ("closed", "?")])


def as_npy(value: Any, **options: Any) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.save(out, value, **options)
    return out.getvalue()


def safety(content: bytes) -> Safety:
    part = Part("a.npy", io.BytesIO(content), len(content))
    return FileScan("", "", Engine(allowlist()).judged(part).troubles).safety


@pytest.mark.parametrize("kind", [POINT, LINE, PATH])
def test_records_in_records_are_read_to_their_end(kind: np.dtype[Any]) -> None:
    for aligned in (kind, np.dtype(kind.descr, align=True)):
        content = as_npy(np.zeros(4, aligned))
        assert safety(content) is Safety.CLEAN
        assert sniff(io.BytesIO(content), len(content)).format == "npy"
        assert safety(content[:-1]) is Safety.UNREAD
        assert safety(content + b"x") is Safety.UNREAD
    assert safety(as_npy(np.zeros(0, kind))) is Safety.CLEAN


NAMES = st.text(st.characters(codec="ascii", exclude_characters="'\"\\", categories=["L", "P"]))
PLAIN = st.sampled_from(["<f8", "?", "<i4", "<U7", "|S3", "<M8[us]", "<c16", "|V5", "|u1"])
SHAPES = st.sampled_from([(), (2,), (2, 3), (0,)])


def records(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    fields = st.tuples(NAMES, inner, SHAPES).map(lambda it: it if it[2] else it[:2])
    return st.lists(fields, min_size=1, max_size=4, unique_by=lambda it: it[0])


KINDS = records(st.one_of(PLAIN, records(st.one_of(PLAIN, records(PLAIN)))))


@settings(max_examples=200, deadline=None)
@given(KINDS, st.booleans())
def test_any_records_are_as_long_as_numpy_says(fields: Any, align: bool) -> None:
    try:
        kind = np.dtype(fields, align=align)
    except ValueError:
        return  # two fields of one name, after NumPy has named those without
    content = as_npy(np.ones(3, kind))
    if b"O" in content[:-3] or b"object" in content:
        return  # a name that looks like the type of objects is read as a pickle, and refused
    assert safety(content) is Safety.CLEAN, content
    assert safety(content + b"\0") is Safety.UNREAD


def test_objects_in_a_record_in_a_record_are_a_pickle() -> None:
    kind = np.dtype([("a", [("b", [("c", "O")])]), ("d", "<f8")])
    value = np.zeros(1, kind)
    value["a"]["b"]["c"][0] = Call(print)
    content = as_npy(value, allow_pickle=True)
    assert safety(content) is Safety.DANGEROUS
    honest = as_npy(np.zeros(1, np.dtype([("d", "<f8")])))
    descr = b"[('a', [('b', [('c', '|O')])])]"
    head = honest.replace(b"[('d', '<f8')]", descr).replace(b" " * (len(descr) - 14) + b"\n", b"\n")
    assert len(head) == len(honest)
    assert safety(head) is not Safety.CLEAN, "bytes that NumPy would take for pointers"


@pytest.mark.parametrize(
    "descr",
    [
        b"[('a', [('b', [('c', [('d', [('e', '<f8')])])])])]",
        b"[('a', [('b', '<f8'])]",
        b"[('a', [])]",
        b"[('a', ('b', '<f8'))]",
        b"[('a', [('b', '<f8')], 2)]",
        b"[('a', [('b', '<f8')], (2, ))]",
        b"[('a', [('b', '<f8')], (99999999999999999999,))]",
        b"[('a', [('b', __import__('os'))])]",
        b"[('a', [('b', '<f8'), ('b\\'', '<f8')])]",
        b"[" * 3000 + b"]" * 3000,
    ],
)
def test_what_numpy_does_not_write_is_not_clean(descr: bytes) -> None:
    head = b"{'descr': " + descr + b", 'fortran_order': False, 'shape': (1,), }\n"
    content = b"\x93NUMPY\1\0" + len(head).to_bytes(2, "little") + head + b"\0" * 8
    assert safety(content) is not Safety.CLEAN


def test_the_same_in_pickles() -> None:
    for kind in (POINT, LINE, PATH):
        for protocol in range(6):
            assert safety(pickle.dumps(np.zeros(2, kind), protocol)) is Safety.CLEAN
