"""MLflow folders through ``mlflow.pyfunc``; only of folders that a scan called clean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registrar.integrations.smoke import onnx_model
from registrar.integrations.smoke.estimators import table
from registrar.integrations.smoke.values import array_of


def runtime() -> str:
    """mlflow and its version."""
    import mlflow.pyfunc

    return f"mlflow {mlflow.__version__}"


def load(path: str, argument: Mapping[str, Any]) -> Any:
    """Load the folder as a Python function."""
    import mlflow.pyfunc

    return mlflow.pyfunc.load_model(path)


def run(model: Any, inputs: Mapping[str, Any], wanted: list[str] | None) -> Mapping[str, object]:
    """What it predicts: by column or name where it has some, otherwise as ``predict``."""
    given = model.predict(fitting(model, inputs))
    if hasattr(given, "columns"):
        return {str(name): given[name].to_numpy() for name in given.columns}
    if isinstance(given, Mapping):
        return {str(name): value for name, value in given.items()}
    return {"predict": given}


def fitting(model: Any, inputs: Mapping[str, Any]) -> Any:
    """The inputs in the types of the signature, which MLflow takes to the letter.

    JSON has one kind of number: MLflow refuses 13 where the signature says double, and every number
    where it says float32. Without a signature an ONNX model is asked itself.
    """
    signature = list(model.metadata.get_input_schema() or ())
    if not signature:
        asks = model.loader_module == "mlflow.onnx"
        return _fed(model.get_raw_model(), inputs) if asks else table(inputs)
    types = {one.name: _numpy(one.type) for one in signature}
    only = types[signature[0].name]
    alone = len(signature) == 1 or None in types
    typed = {
        name: _typed(given, only if alone else types.get(name)) for name, given in inputs.items()
    }
    if not hasattr(signature[0], "shape"):
        return table(typed)
    arrays = {name: array_of(given) for name, given in typed.items()}  # it takes tensors
    return next(iter(arrays.values())) if len(arrays) == len(signature) == 1 else arrays


def _fed(session: Any, inputs: Mapping[str, Any]) -> Any:
    """The feed of an ONNX model; a data frame where the example alone is made of columns."""
    asked = session.get_inputs()
    if len(asked) == len(inputs) == 1:
        inputs = {asked[0].name: next(iter(inputs.values()))}
    ranks = {node.name: len(node.shape) for node in asked}
    flat = all(len(given["shape"]) == 1 for given in inputs.values())
    if flat and any(ranks.get(name) != 1 for name in inputs):
        return table(inputs)
    return onnx_model.feed(session, inputs)


def _numpy(kind: Any) -> Any:
    """NumPy's type of a tensor or a column; None for objects and arrays in a column."""
    return kind.to_numpy() if hasattr(kind, "to_numpy") else kind if hasattr(kind, "kind") else None


def _typed(given: Mapping[str, Any], kind: Any) -> Mapping[str, Any]:
    """With a type, where it has none and none of its values would be another."""
    if given["dtype"] is not None or kind is None:
        return given
    whole = all(type(value) is int for value in given.get("data", (None,)))
    if kind.kind != "f" and not (kind.kind in "iu" and whole):
        return given
    return {**given, "dtype": kind.name}
