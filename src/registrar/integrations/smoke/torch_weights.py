"""PyTorch state dicts with ``weights_only``: names, types and shapes of the tensors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_DEEPEST = 16
"""Mappings and lists in one another: a checkpoint holds the states of optimizers, too."""


def runtime() -> str:
    """torch and its version."""
    import torch

    return f"torch {torch.__version__}"


def load(path: str, argument: Mapping[str, Any]) -> dict[str, Any]:
    """Load the tensors and nothing else; a whole module is refused by torch itself."""
    import torch

    loaded = torch.load(path, map_location="cpu", weights_only=True)
    found = dict(_tensors(loaded, "", 0))
    if not found:
        raise ValueError(f"it holds a {type(loaded).__name__}, and no tensors by name")
    return found


def _tensors(value: Any, name: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Tensors by name; those of mappings and lists by the names of both, with dots between."""
    if hasattr(value, "dtype") and name:
        yield name, value
    elif depth < _DEEPEST and isinstance(value, Mapping | list | tuple):
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, inner in items:
            yield from _tensors(inner, f"{name}.{key}" if name else str(key), depth + 1)


def run(
    model: dict[str, Any], inputs: Mapping[str, Any], wanted: list[str] | None
) -> Mapping[str, object]:
    """Every tensor: one too many is told, too."""
    told = {
        name: f"{str(value.dtype).removeprefix('torch.')} {_shape(value)}"
        for name, value in model.items()
    }
    return {**told, "number of tensors": len(told)}


def _shape(value: Any) -> list[int]:
    """A storage has a type and a length, and no shape."""
    return list(value.shape) if hasattr(value, "shape") else [len(value)]
