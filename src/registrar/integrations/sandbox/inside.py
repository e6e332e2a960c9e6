"""The job itself: puts on the layers, says so, then runs what it was asked to."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Mapping
from typing import Any

from registrar.domain.sandboxing import Level
from registrar.integrations.sandbox.layers import Measures, put_on

_MAX_DESCRIPTORS = 1 << 20


def run(spec: Mapping[str, Any], report: int, answer: int) -> int:
    """Close this process off and run the target; its exit code.

    The report is closed before foreign code runs: nothing can forge what it says of the sandbox.
    """
    os.setsid()
    low, high = sorted((report, answer))
    if spec["most"] != Level.NONE.value:
        os.closerange(3, low)
        os.closerange(low + 1, high)
        os.closerange(high + 1, _MAX_DESCRIPTORS)
    level, clothes = put_on(_measures(spec))
    told = {"level": level.value, "layers": clothes.layers, "lacking": clothes.lacking}
    os.write(report, json.dumps(told).encode() + b"\n")
    os.close(report)
    if not level.reaches(Level(spec["least"])):
        return 0
    module, _, function = spec["target"].partition(":")
    target = getattr(importlib.import_module(module), function)

    def send(said: object) -> None:
        line = json.dumps(said).encode() + b"\n"
        while line:
            line = line[os.write(answer, line) :]

    target(spec["argument"], send)
    return 0


def _measures(spec: Mapping[str, Any]) -> Measures:
    """The measures of the layers, from the spec."""
    return Measures(
        most=Level(spec["most"]),
        read=tuple(spec["read"]),
        write=(spec["scratch"], os.devnull),
        seconds=spec["seconds"],
        memory=spec["memory"],
        disk=spec["disk"],
        tasks=spec["tasks"],
        wrapped=spec["wrapped"],
        without=frozenset(spec["without"]),
    )
