"""The gate that everybody writes first: safe_load, required keys, files that exist."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

REQUIRED = ("source", "dataset_manifest", "training_hash", "license", "artifact")


def naive_load(raw: bytes) -> Any:
    """What most validators do with a YAML file."""
    return yaml.load(raw, Loader=yaml.CSafeLoader)


def naive_accepts(entry: Path) -> bool:
    """Required keys, a card that exists, an artifact that exists, metrics that parse."""
    data = naive_load((entry / "metadata.yaml").read_bytes())
    if any(key not in data for key in REQUIRED):
        return False
    if (entry / "metrics.json").exists():
        json.loads((entry / "metrics.json").read_text())
    return (entry / "MODEL_CARD.md").exists() and (entry / data["artifact"]).exists()
