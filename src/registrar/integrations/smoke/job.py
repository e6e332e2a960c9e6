"""The job of a smoke test: loads a model, runs its example, tells what it gives.

It runs in the sandbox. What it sends comes from a process in which foreign code may have run, so
that nobody may trust it further than a model's own word.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from registrar.domain.smoking import clipped
from registrar.integrations.smoke.values import TooMuchError, told_all

Send = Callable[[object], None]
_MAX_TEXT = 2_000
RUNNERS = {
    "joblib": "pickled",
    "lightgbm": "lightgbm_model",
    "mlflow": "mlflow_model",
    "onnx": "onnx_model",
    "pickle": "pickled",
    "pytorch": "torch_weights",
    "safetensors": "safetensors_file",
    "skops": "skops_file",
    "xgboost": "xgboost_model",
}
"""Format to the module of this package that knows it."""


class Runner(Protocol):
    """What a module of a format has."""

    def runtime(self) -> str:
        """Import what is needed; its name and version; raises ImportError."""

    def load(self, path: str, argument: Mapping[str, Any]) -> object:
        """Load the model; raises whatever the runtime raises."""

    def run(
        self, model: object, inputs: Mapping[str, Any], wanted: list[str] | None
    ) -> Mapping[str, object]:
        """Run the example; the outputs by name: those wanted, or all."""


def run(argument: Mapping[str, Any], send: Send) -> None:
    """Send each step when it begins, so that whoever kills this process knows where it was."""
    runner: Any = importlib.import_module(
        f"registrar.integrations.smoke.{RUNNERS[argument['format']]}"
    )
    try:
        send({"stage": "load", "runtime": runner.runtime()})
    except ModuleNotFoundError as error:
        send({"missing": str(error.name or error)[:_MAX_TEXT]})
        return
    except ImportError as error:  # it is installed, and does not start
        send({"broken": _told(error)})
        return
    begun = time.perf_counter()
    try:
        model = runner.load(argument["path"], argument)
    except ModuleNotFoundError as error:
        send({"failed": "load", "error": _told(error), "module": str(error.name)[:_MAX_TEXT]})
        return
    except Exception as error:  # whatever a library says of a file that it does not take
        send({"failed": "load", "error": _told(error)})
        return
    loaded = time.perf_counter()
    send({"stage": "run", "seconds": loaded - begun})
    wanted: dict[str, int] | None = argument["wanted"]
    try:
        outputs = runner.run(model, argument["inputs"], list(wanted) if wanted else None)
        seconds = time.perf_counter() - loaded
        sent = told_all(outputs, wanted)
    except ModuleNotFoundError as error:
        send({"failed": "run", "error": _told(error), "module": str(error.name)[:_MAX_TEXT]})
    except TooMuchError as error:
        send({"failed": "tell", "error": str(error), "hint": error.hint})
    except Exception as error:  # the same: the model's own code may raise anything
        send({"failed": "run", "error": _told(error)})
    else:
        send({"stage": "done", "seconds": seconds, "outputs": sent})


def _told(error: Exception) -> str:
    text = " ".join(str(error).split()) or "no message"
    return clipped(f"{type(error).__name__}: {text}", _MAX_TEXT)
