"""Small ONNX models, written by onnx itself, and fields of protobuf that it would not write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from onnx import FunctionProto, NodeProto, TensorProto, helper


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def field(number: int, value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    content = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(content)) + content


def node(
    name: str = "Relu", domain: str = "", inputs: Sequence[str] = ("x",), **more: Any
) -> NodeProto:
    return helper.make_node(name, inputs, ["y"], domain=domain, **more)


def value(name: str) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1])


def function(name: str, nodes: Sequence[NodeProto], domain: str = "local") -> FunctionProto:
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("local", 1)]
    return helper.make_function(domain, name, ["x"], ["y"], list(nodes), opsets)


def model(
    nodes: Sequence[NodeProto] = (node(),),
    functions: Sequence[FunctionProto] = (),
    tensors: Sequence[TensorProto] = (),
    domains: Sequence[str] = (),
) -> bytes:
    graph = helper.make_graph(list(nodes), "g", [value("x")], [value("y")], list(tensors))
    opsets = [helper.make_opsetid("", 21), *(helper.make_opsetid(name, 1) for name in domains)]
    made = helper.make_model(graph, functions=list(functions), opset_imports=opsets, ir_version=10)
    return bytes(made.SerializeToString())


def graph_of(content: bytes) -> bytes:
    """A model around the bytes of a graph."""
    return field(1, 10) + field(7, content) + field(8, field(1, "") + field(2, 21))


def nested(depth: int) -> bytes:
    """A graph in a node in a graph …"""
    made = field(1, field(4, "Relu"))
    for _ in range(depth):
        made = field(1, field(4, "If") + field(5, field(1, "then_branch") + field(6, made)))
    return graph_of(made + field(12, b""))


def tensor(raw: bytes = b"\0\0\0\x40", shape: Sequence[int] = (1,)) -> TensorProto:
    made = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=shape)
    made.raw_data = raw
    return made


def external(
    shape: Sequence[int] = (2,), kind: int = TensorProto.FLOAT, **pairs: str
) -> TensorProto:
    """A tensor whose data lies elsewhere."""
    made = TensorProto(name="w", data_type=kind, dims=shape, data_location=TensorProto.EXTERNAL)
    for key, content in pairs.items():
        made.external_data.add(key=key, value=content)
    return made


def beside(**pairs: str) -> bytes:
    return model([node("Add", inputs=("x", "w"))], tensors=[external(**pairs)])
