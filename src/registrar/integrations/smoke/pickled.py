"""Pickles and joblib files of scikit-learn estimators; only of files that a scan called clean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registrar.integrations.smoke.estimators import run as run
from registrar.integrations.smoke.estimators import versions


def runtime() -> str:
    """scikit-learn and joblib with their versions."""
    return versions("sklearn", "joblib")


def load(path: str, argument: Mapping[str, Any]) -> Any:
    """Unpickle by joblib, which reads plain pickles and every codec of its own."""
    import joblib

    return joblib.load(path)
