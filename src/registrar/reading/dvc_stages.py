"""What ``dvc.yaml`` says of stages: without it a ``dvc.lock`` means nothing to DVC."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from registrar.domain.metadata import mapping, sequence, text
from registrar.reading.yaml import read_yaml

_OUTPUTS = ("outs", "metrics", "plots")
_READ = ("cache", "push", "remote")


@dataclass(frozen=True, slots=True)
class Stage:
    """In which folder a stage runs, and what is said of its outputs, by their paths as written."""

    folder: str
    outs: Mapping[str, Mapping[str, Any]]


def read_stages(raw: bytes) -> Callable[[str], Stage | str]:
    """A function from the name of a stage to what is declared, or to why that cannot be told."""
    document = read_yaml(raw, any_keys=True) if raw.strip() else None
    if document is None or not document.readable:
        return lambda name: "there is no dvc.yaml beside it that can be read: DVC takes no notice"
    known = mapping(mapping(document.data).get("stages"))

    def stage(name: str) -> Stage | str:
        found = known.get(name, known.get(name.partition("@")[0]))
        if not isinstance(found, Mapping):
            return f"dvc.yaml has no stage {name}: DVC takes no notice of it"
        declared = mapping(found.get("do", found))
        folder = text(declared.get("wdir", found.get("wdir", ".")))
        if folder is None or "${" in folder:
            return f"dvc.yaml does not plainly say in which folder {name} runs"
        return Stage(folder, dict(_outs(declared)))

    return stage


def _outs(declared: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Each output with what is said of it; plain ones are not among them."""
    found = []
    for kind in _OUTPUTS:
        for item in sequence(declared.get(kind)):
            for path, options in mapping(item).items():
                told = {key: value for key, value in mapping(options).items() if key in _READ}
                found.append((path, told))
    return found
