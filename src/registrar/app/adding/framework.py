"""What kind of model it is: the format of every file, and the library that they belong to."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from registrar.domain.adding import Piece
from registrar.domain.formats import Format
from registrar.domain.runs import RunModel
from registrar.reading import mlmodel
from registrar.reading.documents import MAX_BYTES
from registrar.reading.effort import Effort
from registrar.reading.sniffing import sniff
from registrar.reading.yaml import read_yaml

_FRAMEWORKS = {
    Format.ONNX: "onnx",
    Format.KERAS: "keras",
    Format.TFLITE: "tflite",
    Format.XGBOOST: "xgboost",
    Format.LIGHTGBM: "lightgbm",
    Format.SAVEDMODEL: "tensorflow",
    Format.PYTORCH: "pytorch",
    Format.TORCHSCRIPT: "pytorch",
}


def formats_of(stage: str, pieces: Iterable[Piece]) -> dict[str, Format]:
    """The format of each file below a folder, by its content; those that are known."""
    effort = Effort()
    found: dict[str, Format] = {}
    for piece in pieces:
        with open(os.path.join(stage, piece.path), "rb") as stream:
            format_ = sniff(stream, piece.size, effort).format
        if format_ is not Format.UNKNOWN:
            found[piece.path] = format_
    return found


def framework_of(
    formats: Mapping[str, Format], found: RunModel | None, artifact: str
) -> tuple[str, str | None] | None:
    """What the run says, or ``MLmodel`` in the artifact, or the only library of these formats.

    None where nothing says it.
    """
    if found is not None and found.framework is not None:
        return found.framework
    if (told := _flavor_in(artifact)) is not None:
        return told
    names = {_FRAMEWORKS[format_] for format_ in formats.values() if format_ in _FRAMEWORKS}
    return (names.pop(), None) if len(names) == 1 else None


def _flavor_in(artifact: str) -> tuple[str, str | None] | None:
    """What a folder of MLflow says of itself; None for what is none, or cannot be understood."""
    path = os.path.join(artifact, mlmodel.FILE)
    if not os.path.isfile(path):
        return None
    with open(path, "rb") as stream:
        document = read_yaml(stream.read(MAX_BYTES + 1), any_keys=True)
    return mlmodel.flavor_of(document.data) if isinstance(document.data, dict) else None
