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
import pytest
from poisoned import JOBLIB_CODECS
from published import Published
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


Made = tuple[str, str, bytes, dict[str, Any], str]
"""Name of the entry, of the file, its bytes, the input, and the format that it has."""


def every_estimator(fitted: dict[str, Any]) -> Iterator[Made]:
    """Each kind in three formats: skops, a pickle or joblib, and ONNX where it can be converted."""
    for number, (name, model) in enumerate(fitted.items()):
        rows = given(name, model)
        yield f"{name}-skops", "model.skops", as_skops(model), rows, "skops"
        if number % 2:
            yield f"{name}-pickle", "model.pkl", pickle.dumps(model), rows, "pickle"
        else:
            yield f"{name}-joblib", "model.joblib", as_joblib(model, 3), rows, "joblib"
        if name not in NO_ONNX:
            yield f"{name}-onnx", "model.onnx", as_onnx(model), rows, "onnx"


def every_way(fitted: dict[str, Any]) -> Iterator[Made]:
    """One model in every protocol of pickle and every codec of joblib."""
    model, rows = fitted[ONE], given(ONE, fitted[ONE])
    for protocol in range(6):
        content = pickle.dumps(model, protocol)
        yield f"protocol-{protocol}", "model.pkl", content, rows, "pickle"
    for codec, level in [("none", 0), *JOBLIB_CODECS[2:]]:
        compress = 0 if codec == "none" else (codec, level)
        content = as_joblib(model, compress)
        yield f"codec-{codec}", "model.joblib", content, rows, "joblib"
    yield "weights", "model.safetensors", as_safetensors(fitted["network"]), {}, "safetensors"


FEW = {"pipeline-skops", "network-onnx", "network-pickle", "codec-lz4", "weights"}
"""What is published in every run."""


@pytest.fixture(scope="module")
def made() -> list[Made]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = models()
        found = [*every_estimator(fitted), *every_way(fitted)]
    assert {name for name, *_ in found} >= FEW
    return found


def tell(published: Published, what: list[Made]) -> None:
    """Publish them all and ask the three commands; each wrong answer fails."""
    for one in what:
        published.publish(*one)
    wrong = published.scanned()
    print(f"{len(what)} entries: scan: {len(wrong)} wrong verdicts", end="; ")
    assert wrong == {}
    assert set(published.answers("--record").values()) == {"recorded"}
    answers = {e: said for e, said in published.answers().items() if said != "passes"}
    differ = published.verified()
    print(f"smoke: {len(answers)} wrong; verify: {len(differ)} wrong")
    assert (answers, differ) == ({}, {})
    published.repo.commit("entries")
    report = published.repo.check()
    assert (report.code, report.rules) == (0, [])


def test_a_few_are_published_scanned_run_and_verified(made: list[Made], tmp_path: Path) -> None:
    published = Published.at(tmp_path)
    tell(published, [one for one in made if one[0] in FEW])
    report = published.repo.check("--runtime").report
    assert (report["exit_code"], report["findings"], report["unchecked"]) == (0, [], [])
    assert [one["answer"] for one in report["runtime"]["smoked"]] == ["passes"] * len(FEW)
    exchange(published, made)


def exchange(published: Published, made: list[Made]) -> None:
    """Put another model of the same kind in the place of each: all three see it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        others = models(backwards=True)
        again = {one[0]: one for one in (*every_estimator(others), *every_way(others))}
    for entry in published.entries:
        _, file, content, _, _ = again[entry.removesuffix("-1.0.0")]
        place = published.repo.path / "model_registry" / entry / file
        assert place.read_bytes() != content, entry
        place.write_bytes(content)
    assert published.scanned() == {}, "they are as harmless as the first"
    assert set(published.verified().values()) == {"fail"}
    assert set(published.verified()) == set(published.entries)
    passed = {entry for entry, said in published.answers().items() if said == "passes"}
    assert passed == {"weights-1.0.0"}, "of safetensors, names and shapes alone are compared"


@pytest.mark.slow
def test_every_estimator_is_published_scanned_run_and_verified(
    made: list[Made], tmp_path: Path
) -> None:
    ways = ("protocol-", "codec-", "weights")
    what = [one for one in made if not one[0].startswith(ways)]
    assert len({name.rpartition("-")[0] for name, *_ in what}) >= 28
    assert len(what) >= 70
    tell(Published.at(tmp_path), what)


@pytest.mark.slow
def test_every_protocol_and_codec_is_published_scanned_run_and_verified(
    made: list[Made], tmp_path: Path
) -> None:
    what = [one for one in made if one[0].startswith(("protocol-", "codec-", "weights"))]
    codecs = {name.split("-")[1] for name, *_ in what if name.startswith("codec-")}
    assert codecs == {"none", "zlib", "gzip", "bz2", "xz", "lzma", "lz4"}
    tell(Published.at(tmp_path), what)
