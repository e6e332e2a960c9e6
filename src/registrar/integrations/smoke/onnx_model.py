"""ONNX, by ONNX Runtime on the CPU."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registrar.integrations.smoke.values import array_of, no_type

_TYPES = {
    "tensor(float)": "float32",
    "tensor(double)": "float64",
    "tensor(float16)": "float16",
    "tensor(string)": "str",
    "tensor(bool)": "bool",
    **{f"tensor({name})": name for name in ("int8", "int16", "int32", "int64")},
    **{f"tensor({name})": name for name in ("uint8", "uint16", "uint32", "uint64")},
}


def runtime() -> str:
    """ONNX Runtime and its version."""
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    onnxruntime.set_default_logger_severity(4)
    return f"onnxruntime {onnxruntime.__version__}"


def load(path: str, argument: Mapping[str, Any]) -> Any:
    """A session with one thread: the same order of sums everywhere."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def run(model: Any, inputs: Mapping[str, Any], wanted: list[str] | None) -> Mapping[str, object]:
    """The outputs by their names in the graph."""
    given = feed(model, inputs)
    outputs = {node.name: node.type for node in model.get_outputs()}
    names = [name for name in outputs if wanted is None or _owner(name, wanted)]
    for name in names:
        if outputs[name].startswith("tensor(") and outputs[name] not in _TYPES:
            raise no_type(name, outputs[name])  # bfloat16 and smaller: NumPy has none of them
    return dict(zip(names, model.run(names, given), strict=True)) if names else {}


def feed(model: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs as arrays of the types that the graph asks for; raises ValueError."""
    asked = {node.name: node for node in model.get_inputs()}
    unknown = sorted(inputs.keys() - asked.keys())
    missing = [name for name in asked if name not in inputs]
    if unknown or missing:
        has = ", ".join(asked)
        what = f"has no input {unknown[0]}" if unknown else f"asks for the input {missing[0]}"
        raise ValueError(f"the model {what}; its inputs are: {has}")
    made = {}
    for name, given in inputs.items():
        dtype = _TYPES.get(asked[name].type)
        array = array_of(given, dtype)
        made[name] = array.astype(object) if dtype == "str" else array
    return made


def _owner(name: str, wanted: list[str]) -> bool:
    """Tell whether an output, or the keys of its mappings, is wanted."""
    return name in wanted or f"{name}:keys" in wanted
