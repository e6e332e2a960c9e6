"""Models that are really trained become entries, are scanned, run in the sandbox, and verified."""

from __future__ import annotations

import io
import pickle
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import onnx
import pytest
import sklearn
import yaml
from crafted import JOBLIB_CODECS
from mlflow_folders import every_folder
from published import Made, Published, tell, tell_gate
from sklearn.datasets import load_diabetes, load_iris, load_wine
from trained import models

pytestmark = pytest.mark.filterwarnings("ignore")  # scikit-learn's, of models half trained

FLAT = {"isotonic": [0.01, 0.05], "text": ["red wine", "a sweet white"]}
"""Inputs that are no table."""
LABELS = {"one-hot": [["red", "x"], ["white", "z"]]}
ROWS = {4: load_iris, 13: load_wine, 10: load_diabetes}
NO_ONNX = {
    *("histogram", "histogram-regression", "isolation", "isotonic", "columns"),
    *("text", "voting", "splines", "one-hot"),
}
"""skl2onnx says itself that it does not convert these."""
ONE = "forest"
"""What is written in every codec and protocol."""


def given(name: str, model: Any) -> dict[str, Any]:
    """The input of an example, two rows of the data that the model was trained on."""
    special = FLAT.get(name) or LABELS.get(name)
    if special is not None:
        return {"X": special}
    rows = ROWS[model.n_features_in_](return_X_y=True)[0][[0, -1]]
    return {"X": np.asarray(rows, np.float32).tolist()}


def as_joblib(model: Any, compress: Any) -> bytes:
    out = io.BytesIO()
    joblib.dump(model, out, compress=compress)
    return out.getvalue()


def as_onnx(model: Any) -> bytes:
    from skl2onnx import to_onnx

    rows = np.zeros((1, model.n_features_in_), np.float32)
    return bytes(to_onnx(model, rows, target_opset=17).SerializeToString())


def as_skops(model: Any) -> bytes:
    import skops.io

    return bytes(skops.io.dumps(model))


def as_safetensors(model: Any) -> bytes:
    """The weights of a network."""
    from safetensors.numpy import save

    layers = [(f"layer.{n}.weight", w) for n, w in enumerate(model.coefs_)]
    layers += [(f"layer.{n}.bias", b) for n, b in enumerate(model.intercepts_)]
    return bytes(save(dict(layers)))


def every_estimator(fitted: dict[str, Any]) -> Iterator[Made]:
    """Each kind in three formats: skops, a pickle or joblib, and ONNX where it can be converted."""
    for number, (name, model) in enumerate(fitted.items()):
        rows = given(name, model)
        yield Made(f"{name}-skops", "model.skops", as_skops(model), rows, "skops")
        if number % 2:
            yield Made(f"{name}-pickle", "model.pkl", pickle.dumps(model), rows, "pickle")
        else:
            yield Made(f"{name}-joblib", "model.joblib", as_joblib(model, 3), rows, "joblib")
        if name not in NO_ONNX:
            yield Made(f"{name}-onnx", "model.onnx", as_onnx(model), rows, "onnx")


def every_way(fitted: dict[str, Any]) -> Iterator[Made]:
    """One model in every protocol of pickle and every codec of joblib."""
    model, rows = fitted[ONE], given(ONE, fitted[ONE])
    for protocol in range(6):
        content = pickle.dumps(model, protocol)
        yield Made(f"protocol-{protocol}", "model.pkl", content, rows, "pickle")
    for codec, level in [("none", 0), *JOBLIB_CODECS[2:]]:
        compress = 0 if codec == "none" else (codec, level)
        content = as_joblib(model, compress)
        yield Made(f"codec-{codec}", "model.joblib", content, rows, "joblib")
    yield Made("weights", "model.safetensors", as_safetensors(fitted["network"]), {}, "safetensors")


FEW = {"pipeline-skops", "network-onnx", "network-pickle", "codec-lz4", "weights", "mlflow-tensors"}
"""What is published in every run."""


def all_of(place: Path, backwards: bool = False) -> list[Made]:
    """All models in all forms; those that are folders lie in one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = models(backwards)
        return [*every_estimator(fitted), *every_way(fitted), *every_folder(fitted, place)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Made]:
    found = all_of(tmp_path_factory.mktemp("folders"))
    assert {name for name, *_ in found} >= FEW
    return found


@pytest.mark.slow
def test_a_few_are_published_scanned_run_and_verified(made: list[Made], tmp_path: Path) -> None:
    published = Published.at(tmp_path)
    tell(published, [one for one in made if one.name in FEW])
    tell_gate(published)
    (tmp_path / "others").mkdir()
    said = published.exchange(all_of(tmp_path / "others", backwards=True))
    passed = {entry for entry, answer in said.items() if answer == "passes"}
    assert passed == {"weights-1.0.0"}, "of safetensors, names and shapes alone are compared"


@pytest.mark.slow
def test_every_estimator_is_published_scanned_run_and_verified(
    made: list[Made], tmp_path: Path
) -> None:
    ways = ("protocol-", "codec-", "weights", "mlflow-")
    what = [one for one in made if not one.name.startswith(ways)]
    assert len({name.rpartition("-")[0] for name, *_ in what}) >= 28
    assert len(what) >= 70
    tell(Published.at(tmp_path), what)


@pytest.mark.slow
def test_every_protocol_and_codec_is_published_scanned_run_and_verified(
    made: list[Made], tmp_path: Path
) -> None:
    what = [one for one in made if one.name.startswith(("protocol-", "codec-", "weights"))]
    codecs = {name.split("-")[1] for name, *_ in what if name.startswith("codec-")}
    assert codecs == {"none", "zlib", "gzip", "bz2", "xz", "lzma", "lz4"}
    tell(Published.at(tmp_path), what)


@pytest.mark.slow
def test_every_folder_of_mlflow_is_published_scanned_run_and_verified(
    made: list[Made], tmp_path: Path
) -> None:
    published = Published.at(tmp_path)
    tell(published, [one for one in made if one.name.startswith("mlflow-")])
    tell_gate(published)
    by = {"sklearn": sklearn.__version__, "onnx": onnx.__version__}
    named = dict.fromkeys(("onnx", "tensors"), "onnx") | {"pyfunc": None}
    for entry in published.entries:
        text = (published.repo.path / f"model_registry/{entry}/metadata.yaml").read_text()
        name = named.get(entry.removeprefix("mlflow-").removesuffix("-1.0.0"), "sklearn")
        wanted = None if name is None else {"name": name, "version": by[name]}
        assert yaml.safe_load(text).get("framework") == wanted, entry
