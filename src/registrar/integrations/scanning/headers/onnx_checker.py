"""The second opinion on an ONNX model: ``onnx.checker``, where onnx is installed.

It parses the whole model in C++: call it in a child process under limits, and only for a model
that the reader of this project has found clean.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.headers.troubles import quoted, unread

_HINT = "export the model again; onnx.checker.check_model(path) says more"


def checker() -> str | None:
    """Name and version of the second opinion; None where it is not installed."""
    try:
        return f"onnx {version('onnx')}"
    except PackageNotFoundError:
        return None


def second_opinion(path: str) -> Iterator[Trouble]:
    """What ``onnx.checker`` says of the model in a file; nothing where onnx is not installed."""
    if checker() is None:
        return
    import onnx

    try:
        onnx.checker.check_model(path)
    except Exception as error:  # the boundary to a foreign parser: whatever it raises is its answer
        first = str(error).strip().split("\n")[0]
        yield unread(f"onnx.checker: {type(error).__name__}: {quoted(first, 200)}", _HINT)
