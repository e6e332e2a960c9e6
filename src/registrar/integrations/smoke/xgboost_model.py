"""XGBoost's own files, JSON and UBJSON, as a booster."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from registrar.integrations.smoke.estimators import table, versions


def runtime() -> str:
    """xgboost and its version."""
    return versions("xgboost")


def load(path: str, argument: Mapping[str, Any]) -> Any:
    """Load it from memory: of a file, XGBoost goes by the extension; one thread, on the CPU."""
    import xgboost

    model = xgboost.Booster()
    model.load_model(bytearray(Path(path).read_bytes()))
    model.set_param({"nthread": 1, "device": "cpu"})
    return model


def run(model: Any, inputs: Mapping[str, Any], wanted: list[str] | None) -> Mapping[str, object]:
    """What the booster predicts: of a classifier, probabilities."""
    import xgboost

    return {"predict": model.predict(xgboost.DMatrix(table(inputs), nthread=1))}
