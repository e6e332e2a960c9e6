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
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = Path(__file__).parent.parent / "src/registrar/integrations/scanning/data"
Names = dict[str, list[str]]

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
        "sklearn.base.BaseEstimator",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.isotonic.IsotonicRegression",
        "sklearn.utils._bunch.Bunch",
    }
)
"""Classes whose own ``__setstate__`` was read: it takes values, and chooses no code by them."""
_PICKLING = ("__reduce__", "__reduce_ex__", "__getnewargs__", "__getnewargs_ex__", "__del__")
_LOSSES = ("sklearn._loss._loss", "sklearn.linear_model._sgd_fast")
_NEW_OBJECTS = (
    *("sklearn.metrics._dist_metrics", "sklearn.neighbors._ball_tree"),
    "sklearn.neighbors._kd_tree",
)
_FUNCTIONS = ("sklearn.feature_selection", "sklearn.metrics.pairwise")
_SPARSE = ("bsr", "coo", "csc", "csr", "dia", "dok", "lil")


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


def scikit_learn() -> dict[str, Any]:
    import sklearn
    from sklearn import metrics
    from sklearn.metrics import _scorer, pairwise
    from sklearn.utils import all_estimators

    new: dict[str, set[str]] = {}
    name: dict[str, set[str]] = {}
    call: dict[str, set[str]] = {}

    def put(into: dict[str, set[str]], module: str, item: str) -> None:
        into.setdefault(module, set()).add(item)

    for module in _sklearn_modules():
        for item, value in _own(module):
            if inspect.isclass(value) and _plain(value):
                put(new, module.__name__, item)
            elif (inspect.isclass(value) and module.__name__ in _LOSSES) or (item.startswith("__pyx_unpickle_") and module.__name__ in _LOSSES):
                put(call, module.__name__, item)
    for room in _NEW_OBJECTS:
        module = importlib.import_module(room)
        put(call, room, "newObj")
        for item, value in _own(module):
            if (inspect.isclass(value) and value.__flags__ & (1 << 9) == 0) or inspect.isclass(value):
                if item.endswith(
                    ("Distance", "Distance32", "Distance64", "Tree", "Tree32", "Tree64")
                ) or item.startswith("DistanceMetric"):
                    put(name, room, item)
    put(call, "sklearn.tree._tree", "Tree")
    put(call, "sklearn.utils._bunch", "Bunch")
    new.pop("sklearn.utils._bunch", None)
    for _, estimator in all_estimators():
        if not _plain(estimator):
            raise SystemExit(f"read {estimator} first, then add it to _READ")
        put(new, estimator.__module__, estimator.__name__)
    functions = [scorer._score_func for scorer in _scorer._SCORERS.values()]
    functions += [
        value
        for room in _FUNCTIONS
        for item in importlib.import_module(room).__dict__.get("__all__", ())
        if inspect.isfunction(value := getattr(importlib.import_module(room), item))
    ]
    functions += [*pairwise.PAIRWISE_KERNEL_FUNCTIONS.values()]
    functions += [*filter(None, pairwise.PAIRWISE_DISTANCE_FUNCTIONS.values())]
    functions += [getattr(metrics, item) for item in ("make_scorer",) if False]
    for function in functions:
        if inspect.isfunction(function):
            put(name, function.__module__, function.__name__)
    return _file("scikit-learn", sklearn.__version__, name, new, call)


def numpy() -> dict[str, Any]:
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
    name = {
        "numpy": scalars | ufuncs,
        "numpy.ma": {"MaskedArray"},
        "numpy.ma.core": {"MaskedArray"},
        "numpy.matrixlib.defmatrix": {"matrix"},
        "numpy.rec": {"recarray"},
        **{f"{core}.memmap": {"memmap"} for core in cores},
        **{f"{core}.records": {"recarray", "record"} for core in cores},
        **random,
    }
    call = {
        "numpy": {"dtype"},
        "numpy.ma.core": {"_mareconstruct"},
        "numpy.random._pickle": {"__bit_generator_ctor", "__generator_ctor", "__randomstate_ctor"},
        "numpy.random.bit_generator": {"__pyx_unpickle_SeedSequence"},
        **{f"{core}.multiarray": {"_reconstruct", "scalar"} for core in cores},
        **{f"{core}.numeric": {"_frombuffer"} for core in cores},
    }
    return _file("numpy", numpy.__version__, name, {}, call)


def scipy() -> dict[str, Any]:
    import scipy
    import scipy.interpolate
    import scipy.sparse

    new: dict[str, set[str]] = {}
    for kind in _SPARSE:
        for item in (f"{kind}_matrix", f"{kind}_array"):
            if not _plain(getattr(scipy.sparse, item)):
                continue
            for module in (f"scipy.sparse._{kind}", f"scipy.sparse.{kind}"):
                new.setdefault(module, set()).add(item)
    for item, modules in (
        ("BSpline", ("scipy.interpolate._bsplines",)),
        ("interp1d", ("scipy.interpolate._interpolate", "scipy.interpolate.interpolate")),
    ):
        if not _plain(getattr(scipy.interpolate, item)):
            raise SystemExit(f"read {item} first")
        for module in modules:
            new.setdefault(module, set()).add(item)
    return _file("scipy", scipy.__version__, {}, new, {})


def _file(
    framework: str,
    version: str,
    name: dict[str, set[str]],
    new: dict[str, set[str]],
    call: dict[str, set[str]],
) -> dict[str, Any]:
    """The content of a file; a name is listed once, for the most that may be done with it."""
    uses = {"call": call, "new": new, "name": name}
    told: dict[str, Any] = {
        "framework": framework,
        "version": version,
        "origin": "written by scripts/generate_allowlists.py from the installed library",
    }
    taken: set[tuple[str, str]] = set()
    for use, modules in uses.items():
        listed: Names = {}
        for module in sorted(modules):
            fresh = sorted(item for item in modules[module] if (module, item) not in taken)
            taken.update((module, item) for item in fresh)
            if fresh:
                listed[module] = fresh
        told[use] = listed
    return told


def main() -> int:
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
