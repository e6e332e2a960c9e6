"""Write the allowlists of the libraries that are installed: numpy, scipy and scikit-learn.

What is listed is asked of the libraries and named one by one in the files. A class is listed when
making an empty instance and giving it any state runs no code that the state could choose: nothing
that deletes itself in its own way, nothing with a way of pickling that was not read by a person.
With ``--check`` it only tells whether the files are as they would be written.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

FOLDER = Path(__file__).parent.parent / "src/registrar/integrations/scanning/data"

_ROOMS = (
    *("_loss", "calibration", "cluster", "compose", "covariance", "cross_decomposition"),
    *("decomposition", "discriminant_analysis", "dummy", "ensemble", "feature_extraction"),
    *("feature_selection", "frozen", "gaussian_process", "impute", "isotonic"),
    *("kernel_approximation", "kernel_ridge", "linear_model", "manifold", "metrics._scorer"),
    *("mixture", "model_selection", "multiclass", "multioutput", "naive_bayes", "neighbors"),
    *("neural_network", "pipeline", "preprocessing", "random_projection", "semi_supervised"),
    *("svm", "tree", "utils._bunch"),
)
"""Rooms of scikit-learn where the state of models is at home."""
_READ = frozenset(
    {
        "scipy.sparse._coo.coo_matrix",
        "sklearn.base.BaseEstimator",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.isotonic.IsotonicRegression",
        "sklearn.utils._bunch.Bunch",
    }
)
"""Classes whose own ``__setstate__`` was read: it takes values, and chooses no code by them."""
_PICKLING = ("__reduce__", "__reduce_ex__", "__getnewargs__", "__getnewargs_ex__", "__del__")
_DISTRIBUTIONS = ("scipy.stats._continuous_distns", "scipy.stats._discrete_distns")
_LOADING = (
    *("__setstate__", "_attach_methods", "_attach_argparser_methods", "__getattr__"),
    *("__getattribute__", "__setattr__", "__new__", "__init_subclass__", "__slots__"),
)
"""What of a distribution is used while it is loaded."""
_LOSSES = ("sklearn._loss._loss", "sklearn.linear_model._sgd_fast")
_NEW_OBJECTS = (
    *("sklearn.metrics._dist_metrics", "sklearn.neighbors._ball_tree"),
    "sklearn.neighbors._kd_tree",
)
_COMPILED = re.compile(r"(?:Distance|Tree)(?:32|64)?|DistanceMetric\w*")
_FUNCTIONS = ("sklearn.feature_selection", "sklearn.metrics.pairwise")
_KEPT = {
    "sklearn.cluster._kmeans": ("_kmeans_single_elkan", "_kmeans_single_lloyd"),
    "sklearn.utils.validation": ("check_array",),
}
"""Functions that fitted estimators hold."""
_REQUESTS = ("sklearn.utils._metadata_requests", "MetadataRequest", "MethodMetadataRequest")
"""What an estimator keeps after ``set_fit_request`` and its like."""
_NUMPY = (
    *("amax", "amin", "argmax", "argmin", "around", "atleast_1d", "atleast_2d", "average", "clip"),
    *("column_stack", "concatenate", "cumsum", "diff", "expand_dims", "flip", "hstack", "max"),
    *("mean", "median", "min", "nan_to_num", "nanmax", "nanmean", "nanmedian", "nanmin", "nanstd"),
    *("prod", "ravel", "reshape", "round", "sort", "squeeze", "std", "sum", "transpose", "var"),
    *("vstack", "where"),
)
"""Functions of NumPy that transformers are given; all work on arrays in memory."""
_SPARSE = ("bsr", "coo", "csc", "csr", "dia", "lil")


def _sklearn_modules() -> Iterator[ModuleType]:
    import sklearn

    for found in pkgutil.walk_packages(sklearn.__path__, "sklearn."):
        inner = found.name.removeprefix("sklearn.")
        if "tests" in inner.split(".") or "_plot" in inner:
            continue
        if any(inner == room or inner.startswith(f"{room}.") for room in _ROOMS):
            yield importlib.import_module(found.name)


def _plain(cls: type) -> bool:
    """Tell a class whose instances are pickled as an empty one and its state, and no other way."""
    for base in cls.__mro__[:-1]:
        own = vars(base)
        if base not in (dict,) and any(name in own for name in _PICKLING):
            return False
        if "__setstate__" in own and f"{base.__module__}.{base.__qualname__}" not in _READ:
            return False
    return not issubclass(cls, BaseException | tuple) and bool(cls.__flags__ & (1 << 9))


def _own(module: ModuleType) -> Iterator[tuple[str, Any]]:
    for name, value in vars(module).items():
        home = getattr(value, "__module__", None) == module.__name__
        if home and getattr(value, "__qualname__", name) == name and not name.startswith("test"):
            yield name, value


class _Uses:
    """Names by what may be done with them, then by module."""

    def __init__(self) -> None:
        self.name: dict[str, set[str]] = {}
        self.new: dict[str, set[str]] = {}
        self.call: dict[str, set[str]] = {}
        self.state: dict[str, set[str]] = {}


def _put(into: dict[str, set[str]], module: str, *items: str) -> None:
    into.setdefault(module, set()).update(items)


def scikit_learn() -> dict[str, Any]:
    """Estimators, what their state is made of, and the functions that they are given."""
    import sklearn
    from sklearn.utils import all_estimators

    uses = _Uses()
    for module in _sklearn_modules():
        for item, value in _own(module):
            losses = module.__name__ in _LOSSES
            if inspect.isclass(value) and _plain(value):
                _put(uses.new, module.__name__, item)
            elif losses and (inspect.isclass(value) or item.startswith("__pyx_unpickle_")):
                _put(uses.call, module.__name__, item)
    for room in _NEW_OBJECTS:
        _put(uses.call, room, "newObj")
        for item, value in _own(importlib.import_module(room)):
            if inspect.isclass(value) and _COMPILED.search(item):
                _put(uses.name, room, item)
    _put(uses.new, *_REQUESTS)
    _put(uses.call, "sklearn.tree._tree", "Tree")
    _put(uses.call, "sklearn.utils._bunch", "Bunch")
    for _, estimator in all_estimators():
        if not _plain(estimator):
            raise SystemExit(f"read how {estimator} is pickled, then add it to _READ")
        _put(uses.new, estimator.__module__, estimator.__name__)
    _put(uses.call, "sklearn.impute._iterative", "_ImputerTriplet")
    for function in _functions():
        _put(uses.name, function.__module__, function.__name__)
    for room, items in _KEPT.items():
        _put(uses.name, room, *items)
    return _file("scikit-learn", sklearn.__version__, uses)


def _functions() -> Iterator[FunctionType]:
    """Functions that an estimator may be given: scores, kernels, distances, selections."""
    from sklearn.metrics import _scorer, pairwise

    found = [scorer._score_func for scorer in _scorer._SCORERS.values()]
    for room in map(importlib.import_module, _FUNCTIONS):
        found += [getattr(room, item) for item in room.__dict__.get("__all__", ())]
    found += pairwise.PAIRWISE_KERNEL_FUNCTIONS.values()
    found += pairwise.PAIRWISE_DISTANCE_FUNCTIONS.values()
    yield from (function for function in found if isinstance(function, FunctionType))


def numpy() -> dict[str, Any]:
    """Arrays, their types and scalars, universal functions, generators of random numbers."""
    import numpy

    scalars = {
        *("bool", "bool_", "bytes_", "complex128", "complex64", "datetime64", "float16"),
        *("float32", "float64", "int16", "int32", "int64", "int8", "intc", "intp", "longlong"),
        *("object_", "str_", "timedelta64", "uint16", "uint32", "uint64", "uint8", "void"),
        *("matrix", "memmap", "ndarray", "recarray", "record"),
    }
    ufuncs = {
        name
        for name, value in vars(numpy).items()
        if isinstance(value, numpy.ufunc) and value.__name__ == name
    }
    random = {
        "numpy.random._mt19937": {"MT19937"},
        "numpy.random._pcg64": {"PCG64", "PCG64DXSM"},
        "numpy.random._philox": {"Philox"},
        "numpy.random._sfc64": {"SFC64"},
        "numpy.random.bit_generator": {"SeedSequence"},
    }
    cores = ("numpy._core", "numpy.core")
    uses = _Uses()
    uses.name = {
        "numpy": scalars | ufuncs | set(_NUMPY),
        "numpy.ma": {"MaskedArray"},
        "numpy.ma.core": {"MaskedArray"},
        "numpy.matrixlib.defmatrix": {"matrix"},
        "numpy.rec": {"recarray"},
        **{f"{core}.memmap": {"memmap"} for core in cores},
        **{f"{core}.records": {"recarray", "record"} for core in cores},
        **random,
    }
    uses.call = {
        "numpy": {"dtype"},
        "numpy.ma.core": {"_mareconstruct"},
        "numpy.random._pickle": {"__bit_generator_ctor", "__generator_ctor", "__randomstate_ctor"},
        "numpy.random.bit_generator": {"__pyx_unpickle_SeedSequence"},
        **{f"{core}.multiarray": {"_reconstruct", "scalar"} for core in cores},
        **{f"{core}.numeric": {"_frombuffer"} for core in cores},
    }
    uses.state = {"numpy": {"vectorize"}}
    for kind in vars(numpy.polynomial).values():
        if inspect.isclass(kind):
            _put(uses.state, kind.__module__, kind.__name__)
    return _file("numpy", numpy.__version__, uses)


def scipy() -> dict[str, Any]:
    """Sparse matrices, and the interpolations that scikit-learn keeps."""
    import scipy
    import scipy.interpolate
    import scipy.sparse

    uses = _Uses()
    for module in ("scipy.sparse._dok", "scipy.sparse.dok"):
        _put(uses.state, module, "dok_matrix", "dok_array")
    for module, item in _distributions():
        _put(uses.state, module, item)
    for kind in _SPARSE:
        for item in (f"{kind}_matrix", f"{kind}_array"):
            if not _plain(getattr(scipy.sparse, item)):
                continue
            for module in (f"scipy.sparse._{kind}", f"scipy.sparse.{kind}"):
                _put(uses.new, module, item)
    for item, modules in (
        ("BSpline", ("scipy.interpolate._bsplines",)),
        ("interp1d", ("scipy.interpolate._interpolate", "scipy.interpolate.interpolate")),
    ):
        if not _plain(getattr(scipy.interpolate, item)):
            raise SystemExit(f"read {item} first")
        for module in modules:
            _put(uses.new, module, item)
    spline = scipy.interpolate.BSpline([0.0, 0.0, 1.0, 1.0], [1.0, 2.0], 1)
    for value in vars(spline).values():  # it keeps the function that makes its arrays
        if isinstance(value, FunctionType):
            _put(uses.name, value.__module__, value.__name__)
    return _file("scipy", scipy.__version__, uses)


def _distributions() -> Iterator[tuple[str, str]]:
    """Distributions that are loaded by the code of their two base classes, and by no other."""
    import scipy.stats
    from scipy.stats import _distn_infrastructure as base

    yield from ((base.__name__, f"rv_{kind}frozen") for kind in ("", "continuous_", "discrete_"))
    bases = (base.rv_generic, base.rv_continuous, base.rv_discrete, object)
    for value in vars(scipy.stats).values():
        kind = type(value)
        if isinstance(value, base.rv_generic) and kind.__module__ in _DISTRIBUTIONS:
            above = [cls for cls in kind.__mro__ if cls not in bases]
            if not any(name in vars(cls) for cls in above for name in (*_LOADING, *_PICKLING)):
                yield kind.__module__, kind.__name__


def _file(framework: str, version: str, uses: _Uses) -> dict[str, Any]:
    """The content of a file; a name is listed once, for the most that may be done with it."""
    told: dict[str, Any] = {
        "framework": framework,
        "version": version,
        "origin": "written by scripts/generate_allowlists.py from the installed library",
    }
    taken: set[tuple[str, str]] = set()
    kinds = (("call", uses.call), ("new", uses.new), ("state", uses.state), ("name", uses.name))
    for use, modules in kinds:
        listed: dict[str, list[str]] = {}
        for module in sorted(modules):
            fresh = sorted(item for item in modules[module] if (module, item) not in taken)
            taken.update((module, item) for item in fresh)
            if fresh:
                listed[module] = fresh
        if listed or use != "state":
            told[use] = listed
    return told


def main() -> int:
    """Write the files, or with ``--check`` only compare them."""
    warnings.simplefilter("ignore")
    check, wrong = "--check" in sys.argv[1:], []
    for make in (numpy, scipy, scikit_learn):
        data = make()
        path = FOLDER / f"{data['framework']}.json"
        text = json.dumps(data, indent=1, ensure_ascii=True) + "\n"
        if check and (not path.exists() or path.read_text(encoding="utf-8") != text):
            wrong.append(path.name)
        elif not check:
            path.write_text(text, encoding="utf-8")
    for name in wrong:
        print(f"{name} is not as generated: run scripts/generate_allowlists.py")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
