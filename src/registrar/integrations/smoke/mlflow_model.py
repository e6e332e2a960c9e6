"""MLflow folders through ``mlflow.pyfunc``; only of folders that a scan called clean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registrar.integrations.smoke.estimators import table


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
    given = model.predict(table(inputs))
    if hasattr(given, "columns"):
        return {str(name): given[name].to_numpy() for name in given.columns}
    if isinstance(given, Mapping):
        return {str(name): value for name, value in given.items()}
    return {"predict": given}
