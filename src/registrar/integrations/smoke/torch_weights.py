"""PyTorch state dicts with ``weights_only``: names, types and shapes of the tensors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def runtime() -> str:
    """torch and its version."""
    import torch

    return f"torch {torch.__version__}"


def load(path: str, argument: Mapping[str, Any]) -> dict[str, Any]:
    """Load the tensors and nothing else; a whole module is refused by torch itself."""
    import torch

    loaded = torch.load(path, map_location="cpu", weights_only=True)
    if not isinstance(loaded, Mapping):
        raise ValueError(f"it holds a {type(loaded).__name__}, not tensors by name")
    return {str(name): value for name, value in loaded.items() if hasattr(value, "dtype")}


def run(
    model: dict[str, Any], inputs: Mapping[str, Any], wanted: list[str] | None
) -> Mapping[str, object]:
    """Every tensor: one too many is told, too."""
    told = {
        name: f"{str(value.dtype).removeprefix('torch.')} {list(value.shape)}"
        for name, value in model.items()
    }
    return {**told, "number of tensors": len(told)}
