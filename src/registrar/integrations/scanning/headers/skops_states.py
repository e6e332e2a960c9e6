"""The states that skops gives to objects: ``__setstate__`` is code of the library, run at loading.

It may look up methods on the object that the state has just covered with something else, as
``scanning/states.py`` tells for pickles.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registrar.integrations.scanning.headers.skops_types import Pair

_COMPILED = frozenset(
    {
        *("sklearn.metrics._dist_metrics", "sklearn.neighbors._ball_tree"),
        "sklearn.neighbors._kd_tree",
    }
)
"""Types of Cython, without attributes of their own: they unpack a tuple."""
_TUPLE = "TupleNode"
_ARRAYS = frozenset({"NdArrayNode"})
_HANDLES = ("handle", "_handle")
_LOADERS: Mapping[Pair, Mapping[str, frozenset[str]]] = {
    ("lightgbm.basic", "Booster"): {
        **dict.fromkeys(_HANDLES, frozenset({"JsonNode"})),
        "free_network": frozenset(),
    },
    ("sklearn.ensemble._hist_gradient_boosting.predictor", "TreePredictor"): {"nodes": _ARRAYS},
    ("sklearn.isotonic", "IsotonicRegression"): {
        **dict.fromkeys(("X_thresholds_", "y_thresholds_"), _ARRAYS),
        "_build_f": frozenset(),
    },
    ("xgboost.core", "Booster"): dict.fromkeys(_HANDLES, frozenset({"BytearrayNode"})),
}
"""Attributes that a class works with when it gets its state, to the loaders that they may have."""


def state_fault(pair: Pair, content: Any) -> str:
    """What is wrong with the node of an object's state; empty where nothing is."""
    if content is None or _is_nothing(content):
        return ""
    if pair[0] in _COMPILED and isinstance(content, dict) and content.get("__loader__") == _TUPLE:
        return ""
    if not isinstance(content, dict) or content.get("__loader__") != "DictNode":
        return "a state that is no dictionary"
    attributes = content.get("content")
    if not isinstance(attributes, dict):
        return "a state that is no dictionary"
    expected = _LOADERS.get(pair, {})
    for name, node in attributes.items():
        if name.startswith("__"):
            return f"the attribute {name[:40]}, which Python calls by itself"
        loader = node.get("__loader__") if isinstance(node, dict) else None
        if name in expected and loader not in expected[name] and not _is_nothing(node):
            return f"the attribute {name[:40]}, which it calls when it is loaded"
        if name == "_sklearn_version" and not _is_text(loader, node):
            return "a version that is no text"
    return ""


def _is_nothing(node: Any) -> bool:
    return isinstance(node, dict) and (node.get("__loader__"), node.get("content")) == (
        "JsonNode",
        "null",
    )


def _is_text(loader: Any, node: Any) -> bool:
    content = node.get("content") if loader == "JsonNode" else None
    return isinstance(content, str) and content[:1] == '"'
