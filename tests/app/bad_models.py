"""Models that are broken, lie, or harm whoever loads them; and good ones to put them beside."""

from __future__ import annotations

import io
import pickle
import random
import struct
import zipfile
from typing import Any

import numpy as np
from models import as_onnx, trained

FORMATS = {
    "onnx": "model.onnx",
    "skops": "model.skops",
    "pickle": "model.pkl",
    "joblib": "model.joblib",
    "safetensors": "model.safetensors",
}


def whole(format: str) -> bytes:
    """A model of a format, right and runnable."""
    import joblib
    import skops.io
    from safetensors.numpy import save

    out = io.BytesIO()
    if format == "joblib":
        joblib.dump(trained(), out, compress=3)
        return out.getvalue()
    if format == "safetensors":
        return bytes(save({"w": np.arange(2_000.0), "b": np.zeros(3, "f4")}))
    makers = {"onnx": as_onnx, "skops": skops.io.dumps, "pickle": pickle.dumps}
    return bytes(makers[format](trained()))


def broken(format: str) -> dict[str, bytes]:
    """Ways to be no model of a format, by name."""
    content = whole(format)
    made = {f"cut-{end}": content[:end] for end in range(1000, len(content), 1000)}
    few = random.Random(7).sample(sorted(made), min(3, len(made)))
    noise = random.Random(5).randbytes(3_000)
    return {
        **{name: made[name] for name in few},
        "empty": b"",
        "last": content[:-1],
        "random": noise,
        "begins-right": content[:64] + noise,
        "claims": claims(format),
        **({"bomb": bomb(format)} if format in ("skops", "joblib") else {}),
    }


def claims(format: str) -> bytes:
    """A header that claims 2^63 bytes."""
    much = struct.pack("<Q", 2**63)
    if format == "safetensors":
        return much + b'{"w":'
    if format == "onnx":  # field 7, the graph, of a length of ten bytes
        return b"\x08\x0a\x3a" + b"\x80" * 9 + b"\x01" + b"x"
    if format == "skops":  # a member that is as long by its zip64 field
        extra = struct.pack("<HHQQ", 1, 16, 2**63, 2**63)
        with io.BytesIO() as out:
            with zipfile.ZipFile(out, "w") as archive:
                member = zipfile.ZipInfo("schema.json")
                member.extra = extra
                archive.writestr(member, b"{}")
            content = bytearray(out.getvalue())
        at = content.rindex(b"PK\1\2")
        content[at + 20 : at + 28] = b"\xff" * 8
        return bytes(content)
    return b"\x80\x04\x8e" + much + b"x"


def bomb(format: str) -> bytes:
    """A little that becomes much when it is unpacked."""
    import zlib

    if format == "joblib":
        engine = zlib.compressobj(9)
        parts = [engine.compress(b"\0" * (1 << 20)) for _ in range(600)]
        return b"".join(parts) + engine.flush()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", b'{"a":"' + b"0" * (200 << 20) + b'"}')
    return out.getvalue()


def crashing() -> bytes:
    """A tree whose first node has a child far outside of it: harmless to load, not to use."""
    from sklearn.datasets import load_wine
    from sklearn.tree import DecisionTreeClassifier

    model = DecisionTreeClassifier(max_depth=2).fit(*load_wine(return_X_y=True))
    state: dict[str, Any] = model.tree_.__getstate__()
    state["nodes"]["left_child"][0] = state["nodes"]["right_child"][0] = 1 << 40
    model.tree_.__setstate__(state)
    return pickle.dumps(model)


def _onnx(nodes: list[Any], tensors: list[Any], shape: list[str]) -> bytes:
    from onnx import TensorProto, helper

    given = [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 13])]
    wanted = [helper.make_tensor_value_info("Y", TensorProto.FLOAT, shape)]
    graph = helper.make_graph(nodes, "g", given, wanted, tensors)
    opsets = [helper.make_opsetid("", 17)]
    return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString())


def hanging() -> bytes:
    """A loop of ONNX whose condition stays true."""
    from onnx import TensorProto, helper

    def scalar(name: str, kind: int) -> Any:
        return helper.make_tensor_value_info(name, kind, [])

    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["on"]),
            helper.make_node("Add", ["sum", "one"], ["more"]),
        ],
        "body",
        [scalar("n", TensorProto.INT64), scalar("go", TensorProto.BOOL), scalar("sum", TensorProto.FLOAT)],
        [scalar("on", TensorProto.BOOL), scalar("more", TensorProto.FLOAT)],
    )  # fmt: skip
    tensors = [
        helper.make_tensor("yes", TensorProto.BOOL, [], [True]),
        helper.make_tensor("one", TensorProto.FLOAT, [], [1.0]),
    ]
    return _onnx([helper.make_node("Loop", ["", "yes", "one"], ["Y"], body=body)], tensors, [])


def allocating() -> bytes:
    """A model of ONNX of a few bytes that makes four terabytes when it runs."""
    from onnx import TensorProto, helper

    nodes = [
        helper.make_node("Shape", ["X"], ["shape"]),
        helper.make_node("Mul", ["shape", "much"], ["large"]),
        helper.make_node("ConstantOfShape", ["large"], ["Y"]),
    ]
    return _onnx(nodes, [helper.make_tensor("much", TensorProto.INT64, [], [1 << 18])], ["a", "b"])
