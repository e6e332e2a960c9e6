"""The second opinion on an ONNX model: ``onnx.checker``, where onnx is installed.

It parses the whole model in C++: call it in a child process under limits, and only for a model
that the reader of this project has found clean.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.headers.troubles import quoted, unread

MAX_CHECKED = 64 * 1024 * 1024
"""Larger models are not asked about: it holds them in memory, twice."""
_HINT = "export the model again; onnx.checker.check_model(path) says more, a newer onnx knows more"
_BROKEN = "install it anew: python3 -m pip install --force-reinstall onnx"


def second_opinion(path: str) -> Iterator[Trouble]:
    """What ``onnx.checker`` says of the model in a file; it has to be installed."""
    if os.path.getsize(path) > MAX_CHECKED:
        return
    try:
        from onnx import checker
    except Exception as error:  # the boundary to a foreign package, which may raise anything
        reason = quoted(str(error).strip().split("\n")[0], 200)
        yield unread(f"onnx is installed, and cannot be imported: {reason}", _BROKEN)
        return
    try:
        checker.check_model(path)
    except MemoryError:
        raise  # a limit, which the one who set it tells
    except Exception as error:  # the boundary to a foreign parser: whatever it raises is its answer
        first = str(error).strip().split("\n")[0]
        yield unread(f"onnx.checker: {type(error).__name__}: {quoted(first, 200)}", _HINT)
