"""``registrar smoke`` on folders that MLflow itself saved: plain JSON fits whatever they ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from models import WINE, as_onnx, entry, trained, tried

from registrar.domain.smoking import Smoke
from registrar.integrations.smoke import mlflow_model
from registrar.reading.example import inputs_from

pytestmark = pytest.mark.filterwarnings("ignore")
PIP = {"pip_requirements": ["scikit-learn"]}
WHOLE = [[int(value) for value in row] for row in WINE]
NAMES = [f"c{number}" for number in range(13)]
COLUMNS = {name: [row[n] for row in WHOLE] for n, name in enumerate(NAMES)}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Saves each kind of folder once: a flavour, a model, and what its signature is made of."""
    place = tmp_path_factory.mktemp("saved")
    graphs = {"wine": as_onnx(trained()), "sum": two_inputs(), "rows": summing()}

    def save(flavour: str, model: str = "wine", signed: Any = None) -> Path:
        import mlflow.onnx
        import mlflow.sklearn
        import onnx
        from mlflow.models import infer_signature

        folder = place / f"{len(list(place.iterdir()))}"
        more = PIP if signed is None else {**PIP, "signature": infer_signature(signed)}
        if flavour == "onnx":
            mlflow.onnx.save_model(onnx.load_from_string(graphs[model]), folder, **more)
        else:
            mlflow.sklearn.save_model(
                trained(), folder, skops_trusted_types=["sklearn.tree._tree.Tree"], **more
            )
        return folder

    return save


def summing() -> bytes:
    """The sum of each row of a table."""
    from onnx import TensorProto, helper

    rows = helper.make_tensor_value_info("rows", TensorProto.FLOAT, [None, 13])
    total = helper.make_tensor_value_info("total", TensorProto.FLOAT, [None, 1])
    node = helper.make_node("ReduceSum", ["rows", "axes"], ["total"], keepdims=1)
    axes = helper.make_tensor("axes", TensorProto.INT64, [1], [1])
    return stored(helper.make_graph([node], "g", [rows], [total], [axes]))


def stored(graph: Any) -> bytes:
    from onnx import helper

    opsets = [helper.make_opsetid("", 17)]
    content: bytes = helper.make_model(
        graph, opset_imports=opsets, ir_version=8
    ).SerializeToString()
    return content


def two_inputs() -> bytes:
    """The sum of two tables."""
    from onnx import TensorProto, helper

    a, b, c = (helper.make_tensor_value_info(n, TensorProto.FLOAT, [None, 2]) for n in "abc")
    node = helper.make_node("Add", ["a", "b"], ["c"])
    return stored(helper.make_graph([node], "g", [a, b], [c]))


def given_by(folder: Path, given: object) -> Mapping[str, Any]:
    """What the job makes of it, in this process."""
    outputs = mlflow_model.run(mlflow_model.load(str(folder), {}), inputs_from(given), None)
    return {name: np.asarray(value).tolist() for name, value in outputs.items()}


def labels(rows: object) -> object:
    return trained().predict(np.asarray(rows)).tolist()


def frame(dtype: str) -> Any:
    import pandas

    return pandas.DataFrame(WINE, columns=NAMES).astype(dtype)


X32 = np.asarray(WINE, np.float32)


@pytest.mark.parametrize("rows", [WINE, WHOLE], ids=["fractions", "whole"])
@pytest.mark.parametrize(
    ("flavour", "signed"),
    [
        ("onnx", lambda: None),
        ("onnx", lambda: X32),
        ("onnx", lambda: {"X": X32}),
        ("sklearn", lambda: None),
        ("sklearn", lambda: np.asarray(WINE)),
        ("sklearn", lambda: X32),
    ],
    ids=["onnx", "onnx-tensor", "onnx-named", "sklearn", "sklearn-double", "sklearn-float"],
)
def test_rows_of_numbers(
    saved: Callable[..., Path], flavour: str, signed: Callable[[], Any], rows: object
) -> None:
    folder = saved(flavour, signed=signed())
    outputs = given_by(folder, {"X": rows})
    assert outputs["label" if flavour == "onnx" else "predict"] == labels(rows)


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "int32"])
def test_columns_of_numbers(saved: Callable[..., Path], dtype: str) -> None:
    folder = saved("sklearn", signed=frame(dtype))
    assert given_by(folder, COLUMNS) == {"predict": labels(WHOLE)}


def test_whole_numbers_are_not_made_of_fractions(saved: Callable[..., Path]) -> None:
    """What the signature does not take is refused, and not rounded."""
    import mlflow

    folder = saved("sklearn", signed=frame("int64"))
    with pytest.raises(mlflow.MlflowException, match="float64"):
        given_by(folder, {**COLUMNS, "c0": [13.5, 12.5]})


@pytest.mark.parametrize("signed", [None, dict.fromkeys("ab", X32[:, :2])], ids=["plain", "signed"])
def test_two_tables(saved: Callable[..., Path], signed: Any) -> None:
    folder = saved("onnx", "sum", signed)
    tables = {"a": [[1, 2], [3, 4]], "b": [[1, 2], [3, 4.5]]}
    assert given_by(folder, tables) == {"c": [[2, 4], [6, 8.5]]}
    if signed is None:
        with pytest.raises(ValueError, match="the model has no input d; its inputs are: a, b"):
            given_by(folder, {"a": [[1, 2]], "d": [[1, 2]]})


def test_columns_for_an_onnx_model_of_one_table(saved: Callable[..., Path]) -> None:
    """MLflow puts them side by side, in their order, and gives a data frame back."""
    columns = {name: [row[n] + 0.5 for row in WHOLE] for n, name in enumerate(NAMES)}
    wanted = np.asarray(WHOLE).sum(axis=1) + 6.5
    assert given_by(saved("onnx", "rows"), columns) == {"total": wanted.tolist()}


def test_a_type_of_the_example_holds(saved: Callable[..., Path]) -> None:
    import mlflow

    folder = saved("sklearn", signed=np.asarray(WINE))
    flat = [value for row in WINE for value in row]
    with pytest.raises(mlflow.MlflowException, match="float32 does not match"):
        given_by(folder, {"X": {"shape": [2, 13], "data": flat, "dtype": "float32"}})


def test_the_reason_stands_at_the_end_of_what_mlflow_says(
    saved: Callable[..., Path], tmp_path: Path
) -> None:
    """It tells the whole table first, and the whole schema."""
    folder = saved("sklearn", signed=frame("float64"))
    given = {**COLUMNS, "c12": ["much", "little"]}
    smoked = tried(entry(tmp_path, "model", folder, given, {"predict": [0, 0]}))
    assert smoked.answer is Smoke.RUNS_NOT
    assert len(smoked.message) <= 500
    assert smoked.message.endswith("could not convert string to float: 'much'"), smoked.message


def test_nothing_is_told_to_record_what_nothing_here_runs(tmp_path: Path) -> None:
    np.save(tmp_path / "array.npy", np.eye(3))
    path = entry(tmp_path, "model.npy", (tmp_path / "array.npy").read_bytes(), {}, None)
    smoked = tried(path)
    assert smoked.message == "smoke/expected.json is not there"
    assert smoked.hint.startswith(
        "registrar smoke --record cannot write it: nothing here runs a model of the format npy"
    )
    assert "without smoke_test it gets a note" in smoked.hint
    runnable = entry(tmp_path / "b", "model.onnx", as_onnx(trained()), {"X": WINE}, None)
    assert tried(runnable).hint == f"registrar smoke --record {runnable}"
