"""The models that the package ``onnx`` carries for the tests of its backends, with their data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, numpy_helper

from registrar.domain.arrays import MAX_VALUES

DATA = Path(onnx.__file__).parent / "backend/test/data"
MOST_GIVEN = 9_000
"""Values of an input: the limit of a document is 10,000."""


class NoExampleError(Exception):
    """Test data that no example can hold: sequences, or large random inputs."""


def files() -> list[Path]:
    """All models that lie in the package."""
    return sorted(DATA.rglob("*.onnx"))


def with_data() -> list[Path]:
    """The folders of those that have test data beside them."""
    return sorted(path.parent.parent for path in DATA.rglob("test_data_set_0/output_0.pb"))


def example(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Inputs and expected outputs as the documents of an entry; raises NoExampleError."""
    model = onnx.load(folder / "model.onnx")
    data = folder / "test_data_set_0"
    given = {
        value.name: _read(value, data / f"input_{n}.pb") for n, value in enumerate(_asked(model))
    }
    wanted = {
        value.name: _read(value, data / f"output_{n}.pb")
        for n, value in enumerate(model.graph.output)
    }
    if sum(array.size for array in given.values()) > MOST_GIVEN:
        raise NoExampleError("a large random input")
    return {name: _told(array) for name, array in given.items()}, _outputs(wanted)


def light_example(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same of a whole network without its weights; its tests give it evenly spaced numbers."""
    model = onnx.load(path)
    (value,) = _asked(model)
    shape = [axis.dim_value or 1 for axis in value.type.tensor_type.shape.dim]
    size = 1
    for length in shape:
        size *= length
    (output,) = model.graph.output
    wanted = _read(output, path.with_name(f"{path.stem}_output_0.pb"))
    given = {"shape": shape, "linspace": [0, (size - 1) / size]}
    return {value.name: given}, _outputs({output.name: wanted})


def _asked(model: Any) -> Iterator[Any]:
    """The inputs; old models name their weights among them, too."""
    held = {tensor.name for tensor in model.graph.initializer}
    return (value for value in model.graph.input if value.name not in held)


def _read(value: Any, path: Path) -> Any:
    if value.type.WhichOneof("value") != "tensor_type":
        raise NoExampleError("a sequence")
    read = TensorProto()
    read.ParseFromString(path.read_bytes())
    return numpy_helper.to_array(read)


def _outputs(wanted: dict[str, Any]) -> dict[str, Any]:
    most = MAX_VALUES // len(wanted)
    return {name: _told(array, -(-array.size // most) or 1) for name, array in wanted.items()}


def _told(array: Any, every: int = 1) -> dict[str, Any]:
    flat = [_plain(value) for value in array.reshape(-1)[::every].tolist()]
    return {"shape": list(array.shape), "data": flat} | ({"every": every} if every > 1 else {})


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, float) and value != value:
        return "NaN"
    return value
