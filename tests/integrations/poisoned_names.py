"""Malicious pickles of nothing but names of the libraries that models are made of."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

from crafted import Poison, glob, proto, short


def allowed_names(fired: str) -> Iterator[Poison]:
    """Nothing but names of the libraries that models are made of."""
    del fired
    yield Poison("pointers.pkl", _pointers(), None)
    yield Poison("record-of-objects.pkl", _record_of_objects(), None)
    yield Poison("wide-dtype.pkl", _dtype_state(b"J\xff\xff\xff\x7f", b"V8"), None)
    estimator = glob("sklearn.linear_model._logistic", "LogisticRegression")
    scorer = glob("sklearn.metrics._classification", "accuracy_score")
    patch = pickle.EMPTY_DICT + short("predict") + scorer + pickle.SETITEM + pickle.TUPLE2
    yield Poison("patched-class.pkl", proto(4) + estimator + b"N" + patch + b"b.", None)
    yield Poison("changed-class.pkl", proto(4) + estimator + short("fit") + scorer + b"s.", None)
    made = estimator + pickle.EMPTY_TUPLE + pickle.NEWOBJ
    dunder = pickle.EMPTY_DICT + short("__class__") + estimator + pickle.SETITEM + pickle.TUPLE2
    yield Poison("dunder.pkl", proto(4) + made + b"N" + dunder + b"b.", None)
    twice = made + (pickle.EMPTY_DICT + b"b") * 2
    yield Poison("state-twice.pkl", proto(4) + twice + b".", None)
    yield Poison("called.pkl", proto(4) + scorer + b"]" + b"]" + pickle.TUPLE2 + b"R.", None)
    yield Poison("instance-called.pkl", proto(4) + made + pickle.EMPTY_TUPLE + b"R.", None)
    yield Poison(
        "ctor.pkl", proto(4) + estimator + b"K\x01" + pickle.TUPLE1 + pickle.NEWOBJ + b".", None
    )
    array = glob("numpy", "ndarray") + pickle.MARK + b"K\x01" + pickle.TUPLE1 + short("O")
    array += b"C\x08AAAAAAAA" + pickle.TUPLE + b"R."
    yield Poison("ndarray-called.pkl", proto(4) + array, None)
    codec = glob("_codecs", "encode") + short("x") + short("rot13") + pickle.TUPLE2 + b"R."
    yield Poison("codec.pkl", proto(4) + codec, None)
    generator = glob("numpy.random._pickle", "__bit_generator_ctor") + estimator
    yield Poison("generator.pkl", proto(4) + generator + pickle.TUPLE1 + b"R.", None)
    rebuilt = glob("copyreg", "_reconstructor") + scorer + glob("builtins", "object") + b"N"
    yield Poison("reconstructor.pkl", proto(4) + rebuilt + pickle.TUPLE3 + b"R.", None)
    factory = glob("collections", "defaultdict") + scorer + pickle.TUPLE1 + b"R."
    yield Poison("calling-factory.pkl", proto(4) + factory, None)
    outside = proto(4) + short("storage") + pickle.BINPERSID + b"."
    yield Poison("persistent.pkl", outside, None)


def _array(dtype: bytes, raw: bytes) -> bytes:
    head = glob("numpy._core.multiarray", "_reconstruct") + glob("numpy", "ndarray")
    head += b"K\x00" + pickle.TUPLE1 + b"C\x01b" + pickle.TUPLE3 + b"R"
    state = pickle.MARK + b"K\x01" + b"K\x01" + pickle.TUPLE1 + dtype + b"\x89" + raw + pickle.TUPLE
    return head + state + b"b"


def _dtype(code: bytes, names: bytes, fields: bytes, width: bytes, flags: int) -> bytes:
    made = glob("numpy", "dtype") + short(code.decode()) + b"\x89\x88" + pickle.TUPLE3 + b"R"
    state = b"K\x03" + short("|") + b"N" + names + fields + width + b"J\xff\xff\xff\xff"
    return made + pickle.MARK + state + b"K" + bytes([flags]) + pickle.TUPLE + b"b"


def _pointers() -> bytes:
    """An array of objects whose pointers are bytes of the file: NumPy follows them."""
    dtype = _dtype(b"O8", b"N", b"N", b"J\xff\xff\xff\xff", 0)
    return proto(4) + _array(dtype, b"C\x08AAAAAAAA") + b"."


def _record_of_objects() -> bytes:
    inner = _dtype(b"O8", b"N", b"N", b"J\xff\xff\xff\xff", 63)
    fields = pickle.EMPTY_DICT + short("a") + inner + b"K\x00" + pickle.TUPLE2 + pickle.SETITEM
    dtype = _dtype(b"V8", short("a") + pickle.TUPLE1, fields, b"K\x08", 0)
    return proto(4) + _array(dtype, b"C\x08AAAAAAAA") + b"."


def _dtype_state(width: bytes, code: bytes) -> bytes:
    return proto(4) + _dtype(code, b"N", b"N", width, 0) + b"."
