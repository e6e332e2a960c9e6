"""skops files: those that skops writes, and schemas that it would not."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

Node = dict[str, Any]


def node(loader: str, module: str = "builtins", name: str = "str", **more: Any) -> Node:
    return {"__loader__": loader, "__module__": module, "__class__": name, **more}


def text(value: Any = 1) -> Node:
    return node("JsonNode", content=json.dumps(value), is_json=True)


def listed(*items: Node) -> Node:
    return node("ListNode", "builtins", "list", content=list(items))


def tupled(*items: Node) -> Node:
    return node("TupleNode", "builtins", "tuple", content=list(items))


def mapped(content: Mapping[str, Node], *key_types: Node) -> Node:
    types = listed(*(key_types or [node("TypeNode") for _ in content]))
    return node("DictNode", "builtins", "dict", content=dict(content), key_types=types)


def called(module: str, name: str, *items: Node) -> Node:
    return node("ConstructorFromReduceNode", module, name, content=tupled(*items))


def array(name: str = "a.npy") -> Node:
    return node("NdArrayNode", "numpy", "ndarray", type="numpy", file=name)


def npy(made: Any, pickled: bool = False) -> bytes:
    stream = io.BytesIO()
    np.save(stream, made, allow_pickle=pickled)
    return stream.getvalue()


def skops_file(
    schema: Any,
    members: Mapping[str, bytes] | None = None,
    protocol: Any = 2,
    raw: bytes | None = None,
) -> bytes:
    if isinstance(schema, dict):
        schema = schema | {"protocol": protocol, "_skops_version": "0.16.0"}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, content in (members or {}).items():
            made.writestr(name, content)
        made.writestr("schema.json", json.dumps(schema) if raw is None else raw)
    return stream.getvalue()


def dumped(model: Any, compression: int = zipfile.ZIP_STORED) -> bytes:
    import skops.io  # with it comes scikit-learn

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations within NumPy, which skops asks for its types
        return bytes(skops.io.dumps(model, compression=compression))


def untrusted(content: bytes) -> list[str]:
    """The types that skops does not trust by itself."""
    import skops.io

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(skops.io.get_untrusted_types(data=content))


def loaded(content: bytes) -> Any:
    """As MLflow loads it: with whatever types the model's own folder calls trusted."""
    import skops.io

    wanted = untrusted(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return skops.io.loads(content, trusted=wanted)
