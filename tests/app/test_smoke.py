"""``registrar smoke`` on real models in the real sandbox: right ones, and each way to be wrong."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from models import GIVEN, WINE, as_onnx, entry, subject, tools, trained, tried

from registrar.app.smoking.recording import record
from registrar.domain.sandboxing import Level
from registrar.domain.smoking import Smoke, Smoked
from registrar.integrations.smoke.estimators import table
from registrar.integrations.work_tree_writer import WorkTreeWriter
from registrar.reading.example import inputs_from


def recorded(path: Path) -> Smoked:
    made = record(subject(path), tools(), WorkTreeWriter(str(path)), overwrite=False)
    assert made.answer is Smoke.RECORDED, made
    return made


def stored(kind: str, model: Any, folder: Path) -> tuple[str, bytes | Path]:
    """A model in a format: the artifact's name, and its bytes or its folder."""
    import joblib
    import skops.io

    buffer = io.BytesIO()
    if kind == "onnx":
        return "model.onnx", as_onnx(model)
    if kind == "skops":
        return "model.skops", skops.io.dumps(model)
    if kind == "pickle":
        return "model.pkl", pickle.dumps(model)
    if kind.startswith("joblib"):
        joblib.dump(model, buffer, compress=int(kind[-1]))
        return "model.joblib", buffer.getvalue()
    import mlflow.sklearn

    mlflow.sklearn.save_model(
        model, folder, serialization_format="cloudpickle", pip_requirements=["scikit-learn"]
    )
    return "model", folder


LATER = [("mlflow", "forest"), ("mlflow", "network")]
WAYS = [
    pytest.param(kind, model, marks=pytest.mark.slow if (kind, model) in LATER else ())
    for kind in ("onnx", "skops", "pickle", "joblib-0", "joblib-3", "mlflow")
    for model in ("forest", "pipeline", "network")
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("kind", "model"), WAYS)
def test_a_model_reproduces_what_it_gave(kind: str, model: str, tmp_path: Path) -> None:
    name, content = stored(kind, trained(model), tmp_path / "saved")
    path = entry(tmp_path, name, content, GIVEN)
    recorded(path)
    smoked = tried(path)
    assert smoked.answer is Smoke.PASSES, smoked
    assert smoked.level.reaches(Level.LANDLOCK)
    assert {"limits", "seccomp"} <= set(smoked.layers)
    assert smoked.compared >= 2
    assert smoked.peak > 0
    assert smoked.loaded_in is not None
    assert smoked.ran_in is not None


@pytest.mark.parametrize(
    ("kind", "old", "new", "place"),
    [
        ("onnx", "probabilities", "probabilities", "probabilities[1][2] is"),
        ("skops", "predict_proba", "predict_proba", "predict_proba[1][2] is"),
    ],
)
def test_a_wrong_output_is_placed(
    kind: str, old: str, new: str, place: str, tmp_path: Path
) -> None:
    name, content = stored(kind, trained(), tmp_path)
    path = entry(tmp_path, name, content, GIVEN)
    recorded(path)
    expected = path / "smoke/expected.json"
    document = json.loads(expected.read_text())
    document[old][1][2] += 0.25
    expected.write_text(json.dumps(document))
    smoked = tried(path)
    assert smoked.answer is Smoke.REPRODUCES_NOT
    assert smoked.message.startswith(place)
    assert smoked.deviation is not None
    assert smoked.deviation.away == pytest.approx(0.25, rel=1e-3)


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ({"label": [0]}, "the shape of label is 2, not 1"),
        ({"label": [[0], [0]]}, "the shape of label is 2, not 2x1"),
        ({"label": [0, 2]}, "label[1] is 0, not 2: off by 2, allowed is 0"),
        ({"labels": [0, 0]}, "labels is not there, not an output"),
        ({"label": ["a", "b"]}, "label[0] is 0, not 'a' (1 more value is off)"),
    ],
)
def test_labels_shapes_and_names_must_be_equal(
    expected: object, message: str, tmp_path: Path
) -> None:
    smoked = tried(entry(tmp_path, "model.onnx", as_onnx(trained()), GIVEN, expected))
    assert (smoked.answer, smoked.message) == (Smoke.REPRODUCES_NOT, message)


def test_mappings_of_an_onnx_model_are_an_array_and_its_keys(tmp_path: Path) -> None:
    path = entry(tmp_path, "model.onnx", as_onnx(trained(), zipmap=True), GIVEN)
    recorded(path)
    document = json.loads((path / "smoke/expected.json").read_text())
    assert document["output_probability:keys"] == [0, 1, 2]
    assert tried(path).answer is Smoke.PASSES


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        (
            "model.onnx",
            as_onnx(trained()).replace(b"TreeEnsembleC", b"TreeEnsembleX"),
            "ONNXRuntimeError",
        ),
        ("model.pkl", pickle.dumps(trained())[:-9], "Error"),
        ("model.skops", b"PK\x05\x06" + bytes(18), ""),
    ],
)
def test_what_does_not_load(name: str, content: bytes, word: str, tmp_path: Path) -> None:
    smoked = tried(entry(tmp_path, name, content, GIVEN, {"label": [0, 0]}))
    assert smoked.answer in (Smoke.LOADS_NOT, Smoke.UNCHECKED), smoked
    assert word in smoked.message


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"Y": WINE}, "the model has no input Y; its inputs are: X"),
        ({}, "the model asks for the input X"),
        ({"X": [[1.0, 2.0]]}, "INVALID_ARGUMENT"),
        ({"X": [[1.0], [2.0, 3.0]]}, "the lists of X are not equally long"),
        ('{"X": [[NaN]]}', "NaN is not a JSON number"),
        ('{"X": [1], "X": [2]}', 'duplicate key "X"'),
        ([1, 2], "the inputs are no object of arrays by name"),
        ({"X": {"shape": [1 << 40], "fill": 0}}, "X has too many values"),
        ({"X": {"shape": [2, 13], "data": [1]}}, "X has 1 values, and its shape wants 26"),
        (None, "smoke/input.json is not there"),
    ],
)
def test_what_does_not_run(given: object, message: str, tmp_path: Path) -> None:
    path = entry(tmp_path, "model.onnx", as_onnx(trained()), given, {"label": [0]})
    smoked = tried(path)
    assert smoked.answer is Smoke.RUNS_NOT, smoked
    assert message in smoked.message


@pytest.mark.parametrize(
    "given",
    [
        {"X": {"shape": [2, 13], "linspace": [0, 1]}},
        {"X": {"shape": [2, 13], "fill": 0.5, "dtype": "float32"}},
        {"X": {"shape": [1, 13], "data": [1] * 12 + ["NaN"]}},
    ],
)
def test_inputs_that_are_described(given: object, tmp_path: Path) -> None:
    path = entry(tmp_path, "model.onnx", as_onnx(trained("pipeline")), given)
    recorded(path)
    assert tried(path).answer is Smoke.PASSES


@pytest.mark.parametrize(
    ("given", "kind", "shape"),
    [
        ({"X": ["red wine", "white wine"]}, "ndarray", (2,)),  # texts, as a vectorizer wants them
        ({"x": ["red wine", "white wine"]}, "DataFrame", (2, 1)),
        ({"x": [[1.0, 2.0]]}, "ndarray", (1, 2)),
        ({"X": [1.0], "y": [2.0]}, "DataFrame", (1, 2)),
    ],
)
def test_what_an_estimator_is_given(given: object, kind: str, shape: tuple[int, ...]) -> None:
    made = table(inputs_from(given))
    assert (type(made).__name__, made.shape) == (kind, shape)


def test_safetensors_are_compared_by_name_type_and_shape(tmp_path: Path) -> None:
    import numpy
    from safetensors.numpy import save

    tensors = {"w": numpy.zeros((2, 3), "float32"), "b": numpy.zeros(3, "float16")}
    path = entry(tmp_path, "model.safetensors", save(tensors), {})
    recorded(path)
    expected = json.loads((path / "smoke/expected.json").read_text())
    assert expected == {"b": "F16 [3]", "w": "F32 [2, 3]", "number of tensors": 2}
    assert tried(path).answer is Smoke.PASSES
    (path / "model.safetensors").write_bytes(save(tensors | {"more": numpy.zeros(1, "int8")}))
    assert tried(path).message == "number of tensors is 3, not 2: off by 1, allowed is 0"
    (path / "model.safetensors").write_bytes(save(tensors | {"b": numpy.zeros(4, "float16")}))
    assert tried(path).message == "b is 'F16 [4]', not 'F16 [3]'"


def test_an_entry_may_only_tighten(tmp_path: Path) -> None:
    path = entry(tmp_path, "model.onnx", as_onnx(trained("pipeline")), GIVEN, more=", atol: 0.5")
    recorded(path)
    expected = path / "smoke/expected.json"
    document = json.loads(expected.read_text())
    document["probabilities"][0][0] += 0.01
    expected.write_text(json.dumps(document))
    smoked = tried(path)
    assert smoked.answer is Smoke.REPRODUCES_NOT
    assert smoked.notes == ("atol 0.5 is more than the policy's 0.0001, which holds",)
    (tmp_path / "registrar.toml").write_text("schema_version = 1\n[smoke]\nmax_atol = 0.1\n")
    assert tried(path).answer is Smoke.PASSES
    metadata = path / "metadata.yaml"
    metadata.write_text(metadata.read_text().replace("atol: 0.5", "atol: 0.001, rtol: 0"))
    assert tried(path).answer is Smoke.REPRODUCES_NOT


def test_a_type_that_numpy_does_not_have_is_no_fault_of_the_model(tmp_path: Path) -> None:
    from onnx import TensorProto, helper

    node = helper.make_node("Cast", ["a"], ["c"], to=TensorProto.BFLOAT16)
    given = helper.make_tensor_value_info("a", TensorProto.FLOAT, [2])
    output = helper.make_tensor_value_info("c", TensorProto.BFLOAT16, [2])
    graph = helper.make_graph([node], "g", [given], [output])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    content = model.SerializeToString()
    smoked = tried(entry(tmp_path, "model.onnx", content, {"a": [1, 2]}, {"c": [1, 2]}))
    assert smoked.answer is Smoke.UNCHECKED
    assert smoked.message == "c is of the type tensor(bfloat16), which cannot be compared"
    assert "float32" in smoked.hint
