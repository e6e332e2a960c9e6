"""Running scikit-learn estimators, however they were stored."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from registrar.integrations.smoke.values import array_of

METHODS = ("predict", "predict_proba", "decision_function", "score_samples", "transform")
"""What an expected output may be named after."""
ALONE = "X"
"""What scikit-learn calls what an estimator is given: texts, say, which are no table."""


def versions(*modules: str) -> str:
    """Modules and their versions; raises ImportError."""
    return ", ".join(f"{name} {importlib.import_module(name).__version__}" for name in modules)


def run(model: Any, inputs: Mapping[str, Any], wanted: list[str] | None) -> Mapping[str, object]:
    """Call the methods that are expected; without them the first two that the model has."""
    data = table(inputs)
    if wanted is None:
        names = [name for name in METHODS if _has(model, name)]
        names = [name for name in names if name != "transform"][:2] or names
        if not names:
            raise ValueError(f"{type(model).__name__} has none of {', '.join(METHODS)}")
    else:
        names = list(wanted)
    for name in names:
        if name not in METHODS or not _has(model, name):
            has = ", ".join(method for method in METHODS if _has(model, method))
            raise ValueError(f"{type(model).__name__} has no {name}; it has: {has}")
    outputs = {name: getattr(model, name)(data) for name in names}
    return {name: _dense(value) for name, value in outputs.items()}


def _has(model: Any, name: str) -> bool:
    return callable(getattr(model, name, None))


def _dense(value: Any) -> Any:
    return value.toarray() if hasattr(value, "toarray") else value


def table(inputs: Mapping[str, Any]) -> Any:
    """One array, or a data frame of the columns where each input is one.

    One row of values is an array where it is named ``X``, and otherwise a column.
    """
    if len(inputs) == 1:
        ((name, given),) = inputs.items()
        if name == ALONE or len(given["shape"]) != 1:
            return array_of(given)
    if not inputs:
        raise ValueError("the example has no input")
    import pandas

    return pandas.DataFrame({name: array_of(given) for name, given in inputs.items()})
