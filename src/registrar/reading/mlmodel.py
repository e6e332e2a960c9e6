"""What the ``MLmodel`` file of an MLflow folder says of the library that made the model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from registrar.domain.metadata import mapping

FILE = "MLmodel"
_VERSION_KEYS = {
    "lightgbm": "lgb_version",
    "spark": "pyspark_version",
    "xgboost": "xgb_version",
}
"""Where a flavour's version does not stand under its own name.

Source: ``save_model`` of these flavours, MLflow 3.17.
"""
_WORD = re.compile(r"[A-Za-z0-9_.+!-]{1,64}")


def flavor_of(document: Mapping[str, Any]) -> tuple[str, str | None] | None:
    """The library that ``MLmodel`` names besides the generic one, and its version."""
    flavors = mapping(document.get("flavors"))
    names = [str(name) for name in flavors if name != "python_function"]
    if len(names) != 1 or not _WORD.fullmatch(names[0]):
        return None
    (name,) = names
    version = mapping(flavors.get(name)).get(_VERSION_KEYS.get(name, f"{name}_version"))
    told = str(version) if version is not None else ""
    return name, told if _WORD.fullmatch(told) else None
