"""LightGBM's own text files, as a booster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registrar.integrations.smoke.estimators import table, versions


def runtime() -> str:
    """lightgbm and its version."""
    return versions("lightgbm")


def load(path: str, argument: Mapping[str, Any]) -> Any:
    """Load the trees."""
    import lightgbm

    return lightgbm.Booster(params={"verbose": -1}, model_file=path)


def run(model: Any, inputs: Mapping[str, Any], wanted: list[str] | None) -> Mapping[str, object]:
    """What the booster predicts, in one thread: of a classifier, probabilities."""
    return {"predict": model.predict(table(inputs), num_threads=1)}
