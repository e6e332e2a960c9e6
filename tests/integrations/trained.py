"""Benign files for the tests of the scanner: models trained on scikit-learn's own data sets."""

from __future__ import annotations

import io
import pickle
import struct
import warnings
from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from crafted import CODECS, JOBLIB_CODECS, TORCH_MAGIC, as_joblib, as_npy, as_tar, as_zip
from scipy import sparse
from sklearn import (
    calibration,
    cluster,
    compose,
    decomposition,
    ensemble,
    feature_extraction,
    feature_selection,
    gaussian_process,
    impute,
    isotonic,
    linear_model,
    mixture,
    model_selection,
    multiclass,
    naive_bayes,
    neighbors,
    neural_network,
    pipeline,
    preprocessing,
    svm,
    tree,
)
from sklearn.datasets import load_diabetes, load_iris, load_wine


@dataclass(frozen=True)
class Benign:
    name: str
    content: bytes
    format: str
    """What it should be called; written here, before any run."""


def models(backwards: bool = False) -> dict[str, Any]:
    """Estimators of more than ten kinds, fitted; small, and the same on every run.

    ``backwards`` gives the labels in the wrong order: the same kinds, but other models.
    """
    step = -1 if backwards else 1
    wine, iris, diabetes = (load(return_X_y=True) for load in (load_wine, load_iris, load_diabetes))
    words = ["red wine", "white wine", "dry red", "sweet white"] * 5
    labels = [0, 1, 0, 1] * 5
    scaled = pipeline.make_pipeline(
        preprocessing.StandardScaler(), decomposition.PCA(3), svm.SVC(probability=False)
    )
    columns = compose.ColumnTransformer(
        [
            ("log", preprocessing.FunctionTransformer(np.log1p), [0, 1]),
            (
                "bins",
                preprocessing.KBinsDiscretizer(3, quantile_method="averaged_inverted_cdf"),
                [2],
            ),
            ("impute", impute.SimpleImputer(), [3]),
        ]
    )
    grid = model_selection.GridSearchCV(
        linear_model.LogisticRegression(max_iter=200), {"C": [0.1, 1.0]}, cv=2, scoring="f1_macro"
    )
    kernel = gaussian_process.kernels.RBF() + gaussian_process.kernels.WhiteKernel()
    made: dict[str, tuple[Any, tuple[Any, Any]]] = {
        "logistic": (linear_model.LogisticRegression(max_iter=200), iris),
        "ridge": (linear_model.RidgeCV(), diabetes),
        "sgd": (linear_model.SGDClassifier(random_state=0), iris),
        "forest": (ensemble.RandomForestClassifier(4, random_state=0), wine),
        "tree": (tree.DecisionTreeRegressor(max_depth=3), diabetes),
        "boosting": (ensemble.GradientBoostingClassifier(n_estimators=3, random_state=0), iris),
        "histogram": (ensemble.HistGradientBoostingClassifier(max_iter=3, random_state=0), wine),
        "histogram-regression": (ensemble.HistGradientBoostingRegressor(max_iter=3), diabetes),
        "isolation": (ensemble.IsolationForest(n_estimators=3, random_state=0), wine),
        "svc": (svm.SVC(), iris),
        "neighbours": (neighbors.KNeighborsClassifier(algorithm="kd_tree"), iris),
        "ball": (neighbors.KNeighborsRegressor(algorithm="ball_tree"), diabetes),
        "bayes": (naive_bayes.GaussianNB(), wine),
        "network": (neural_network.MLPClassifier((8,), max_iter=20, random_state=0), iris),
        "means": (cluster.KMeans(3, n_init=1, random_state=0), iris),
        "mixture": (mixture.GaussianMixture(2, random_state=0), iris),
        "gaussian": (
            gaussian_process.GaussianProcessRegressor(kernel),
            tuple(d[:30] for d in diabetes),
        ),
        "isotonic": (isotonic.IsotonicRegression(), (diabetes[0][:, 2], diabetes[1])),
        "pipeline": (scaled, wine),
        "columns": (pipeline.make_pipeline(columns, linear_model.Ridge()), iris),
        "grid": (grid, iris),
        "calibrated": (calibration.CalibratedClassifierCV(naive_bayes.GaussianNB(), cv=2), iris),
        "rest": (multiclass.OneVsRestClassifier(svm.LinearSVC()), iris),
        "selected": (
            pipeline.make_pipeline(
                feature_selection.SelectKBest(k=2), tree.DecisionTreeClassifier()
            ),
            iris,
        ),
        "text": (
            pipeline.make_pipeline(
                feature_extraction.text.TfidfVectorizer(), naive_bayes.MultinomialNB()
            ),
            (words, labels),
        ),
        "voting": (
            ensemble.VotingClassifier(
                [("a", linear_model.Perceptron()), ("b", tree.ExtraTreeClassifier(random_state=0))]
            ),
            iris,
        ),
        "splines": (
            pipeline.make_pipeline(
                preprocessing.SplineTransformer(), linear_model.LinearRegression()
            ),
            diabetes,
        ),
        "one-hot": (
            pipeline.make_pipeline(
                preprocessing.OneHotEncoder(handle_unknown="ignore"), linear_model.Perceptron()
            ),
            ([["red", "x"], ["white", "y"]] * 4, [0, 1] * 4),
        ),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they are not trained to the end
        return {name: model.fit(x, y[::step]) for name, (model, (x, y)) in made.items()}


def values() -> dict[str, Any]:
    """What lies beside models: arrays, tables of numbers, settings."""
    return {
        "arrays": {"w": np.eye(3), "b": np.zeros(3, np.float32), "i": np.array([1], ">i2")},
        "objects": np.array(["a", None, 1.5, np.arange(3)], dtype=object),
        "texts": np.array(["red", "white"]),
        "dates": np.array(["2026-01-01", "NaT"], dtype="M8[D]"),
        "records": np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8", (2,))]),
        "masked": np.ma.array([1, 2], mask=[0, 1]),
        "scalars": [np.float64(1), np.int8(2), np.bool_(True), np.str_("x"), np.datetime64("2026")],
        "sparse": [sparse.csr_matrix(np.eye(3)), sparse.csc_array(np.eye(2)), sparse.eye(4)],
        "random": [np.random.RandomState(0), np.random.default_rng(0)],
        "settings": OrderedDict(a=[1, 2.5, None, True], b=defaultdict(list, {"x": [1]}), c={1, 2}),
        "plain": {"bytes": b"\0\xff", "set": frozenset({"a"}), "complex": 1j, "range": range(3)},
        "recursive": _recursive(),
        "long": [*range(5000), "x" * 3000, b"y" * 300_000, 2**200],
        "matrix": np.array([[1, 2], [3, 4]], order="F"),
        "zero": np.float32(0.5) * np.ones(()),
    }


def _recursive() -> list[Any]:
    inner: list[Any] = [1]
    inner.append({"again": inner})
    return inner


def files(folder: Path) -> Iterator[Benign]:
    """All of them: every protocol, every codec, every container."""
    fitted = models()
    for name, model in fitted.items():
        for number in range(6):
            yield Benign(f"{name}-{number}.pkl", pickle.dumps(model, number), "pickle")
        yield Benign(f"{name}.joblib", as_joblib(model, folder), "joblib")
        yield Benign(f"{name}-3.joblib", as_joblib(model, folder, 3), "joblib")
    for name in ("forest", "network", "columns"):
        for compress in JOBLIB_CODECS[2:]:
            content = as_joblib(fitted[name], folder, compress)
            yield Benign(f"{name}-{compress[0]}.joblib", content, "joblib")
    for name, value in values().items():
        for number in (0, 2, 4, 5):
            yield Benign(f"{name}-{number}.pickle", pickle.dumps(value, number), "pickle")
        plain = as_joblib(value, folder)
        yield Benign(
            f"{name}.joblib", plain, "joblib" if b"NumpyArrayWrapper" in plain else "pickle"
        )
    forest = pickle.dumps(fitted["forest"], 4)
    for suffix, pack in CODECS.items():
        yield Benign(f"packed.pkl.{suffix}", pack(forest), "joblib")
    yield Benign("python.pkl", _by_python(fitted["tree"]), "pickle")
    yield from _arrays()
    yield from _torch()
    yield Benign(
        "several.zip", as_zip({"a/model.pkl": forest, "a/notes.md": b"# A model\n"}), "zip"
    )
    yield Benign("several.tar", as_tar({"model.pkl": forest, "conf.yaml": b"a: 1\n"}), "tar")
    yield Benign("several.tar.gz", as_tar({"model.pkl": forest}, "w:gz"), "tar")
    yield Benign("README.md", "# Wein, weiß\n".encode(), "text")
    yield Benign("config.json", b'{"a": 1}\n', "text")


def _by_python(value: Any) -> bytes:
    """As the pickler written in Python writes it."""
    out = io.BytesIO()
    pickle._Pickler(out, 4).dump(value)  # type: ignore[attr-defined]
    return out.getvalue()


def _arrays() -> Iterator[Benign]:
    for name, array in values().items():
        if isinstance(array, np.ndarray) and not isinstance(array, np.ma.MaskedArray):
            kind = "pickle" if array.dtype.hasobject else "npy"
            yield Benign(f"{name}.npy", as_npy(array, allow_pickle=True), kind)
    for word, save in (("plain", np.savez), ("packed", np.savez_compressed)):
        out = io.BytesIO()
        save(out, a=np.eye(3), b=np.array(["x"]), c=np.zeros(2, "M8[s]"))
        yield Benign(f"{word}.npz", out.getvalue(), "npz")
    out = io.BytesIO()
    np.savez(out, a=np.eye(3), names=np.array(["x", None], dtype=object))
    yield Benign("objects.npz", out.getvalue(), "pickle")


class _Storage(tuple[Any, ...]):
    """Written as a persistent id, as torch.save writes a storage."""


class _Named:
    """Pickles as a name of a library that is not here."""

    def __init__(self, module: str, name: str) -> None:
        self.text = f"c{module}\n{name}\n"


class _TorchPickler(pickle._Pickler):  # type: ignore[name-defined,misc]
    def persistent_id(self, value: Any) -> Any:
        return tuple(value) if type(value) is _Storage else None

    def save(self, value: Any, save_persistent_id: bool = True) -> Any:
        if type(value) is _Named:
            self.write(value.text.encode())
            return None
        if type(value) is tuple and value and type(value[0]) is _Named and len(value) == 2:
            self.save(value[0])
            self.save(value[1])
            self.write(pickle.REDUCE)
            return None
        return super().save(value, save_persistent_id)


def _dumped(value: Any) -> bytes:
    out = io.BytesIO()
    _TorchPickler(out, 2).dump(value)
    return out.getvalue()


def _tensor(key: str, kind: str, shape: tuple[int, ...], *more: Any) -> Any:
    count = int(np.prod(shape))
    storage = _Storage(("storage", _Named("torch", kind), key, "cpu", count, *more))
    stride = tuple(int(np.prod(shape[index + 1 :])) for index in range(len(shape)))
    return (
        _Named("torch._utils", "_rebuild_tensor_v2"),
        (storage, 0, shape, stride, False, (_Named("collections", "OrderedDict"), ())),
    )


def _torch() -> Iterator[Benign]:
    """A state_dict, byte for byte as ``torch.save`` lays it out; made by hand, torch is not here."""
    numbers = {"0": np.eye(3, dtype="f4").tobytes(), "1": np.arange(3).tobytes()}
    state = {"w": _tensor("0", "FloatStorage", (3, 3)), "b": _tensor("1", "LongStorage", (3,))}
    members = {"archive/data.pkl": _dumped(state), "archive/byteorder": b"little"}
    members |= {f"archive/data/{key}": raw for key, raw in numbers.items()}
    members |= {"archive/version": b"3\n", "archive/.data/serialization_id": b"1" * 40}
    yield Benign("state.pt", as_zip(members), "pytorch")
    state = {
        "w": _tensor("0", "FloatStorage", (3, 3), None),
        "b": _tensor("1", "LongStorage", (3,), None),
    }
    system = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"int": 4}}
    rows = [pickle.dumps(value, 2) for value in (TORCH_MAGIC, 1001, system)]
    rows += [_dumped(state), pickle.dumps(["0", "1"], 2)]
    counted = [struct.pack("<q", 9) + numbers["0"], struct.pack("<q", 3) + numbers["1"]]
    yield Benign("legacy.pt", b"".join([*rows, *counted]), "pytorch")


__all__ = ["Benign", "files", "joblib", "models", "values"]
