"""What a job in the sandbox said, read as the word of somebody who may lie."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from registrar.domain.arrays import Array
from registrar.domain.metadata import mapping, number, text
from registrar.domain.policy import SmokeLimits
from registrar.domain.sandboxing import MIB, End, Ran
from registrar.domain.smoking import Smoke, Smoked, clipped
from registrar.reading.example import ExampleError, as_kind, outputs_from

_LIBRARIES = {
    "catboost": "catboost",
    "joblib": "joblib",
    "lightgbm": "lightgbm",
    "numpy": "numpy",
    "pandas": "pandas",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "skops": "skops",
    "xgboost": "xgboost",
}
"""Modules that a model may need, to what is installed for them."""
_MAX_TOLD = 500
_STAGES = ("load", "run", "done")
_LATER = ("failed", "error", "hint", "module")
_WORDS = ("runtime", "missing", "broken", *_LATER)
_NO_MEMORY = ("bad_alloc", "allocate memory", "emory allocation", "failed to map segment")
"""What libraries say where memory was refused, in any words."""


@dataclass(frozen=True, slots=True)
class Told:
    """The outputs of a model that ran to its end."""

    outputs: Mapping[str, Array]
    kinds: Mapping[str, str]

    def in_kind(self, expected: Mapping[str, Array]) -> dict[str, Array]:
        """Expected outputs, where ``"NaN"`` is a number if the model gives numbers."""
        return {
            name: replace(array, values=as_kind(array.values, self.kinds.get(name, "")))
            for name, array in expected.items()
        }


def told(entry: str, ran: Ran, packages: str, limits: SmokeLimits) -> tuple[Smoked, Told | None]:
    """The answer, without the comparison; the outputs only where there are some."""
    said, stages = _heard(ran.answers)
    smoked = Smoked(
        entry,
        Smoke.RUNS_NOT,
        runtime=(text(said.get("runtime")) or "")[:100],
        loaded_in=_seconds(stages.get("run"), ran),
        ran_in=_seconds(stages.get("done"), ran),
        peak=ran.peak,
        level=ran.level,
        layers=ran.layers,
        lacking=ran.lacking,
    )
    answer, message, hint = _verdict(ran, said, stages, entry, packages, limits)
    if answer is not Smoke.PASSES:
        return replace(smoked, answer=answer, message=message, hint=hint), None
    try:
        outputs, kinds = outputs_from(stages["done"].get("outputs"))
    except ExampleError as error:
        return replace(smoked, message=f"its answer cannot be read: {error}"), None
    return replace(smoked, answer=answer), Told(outputs, kinds)


def _heard(answers: Iterable[object]) -> tuple[dict[str, Any], dict[str, Mapping[str, Any]]]:
    """What was said, and the stages: first words count, later ones cannot take them back.

    The first are ours: the runtime, or what is missing of it, is told before the model is there.
    """
    said: dict[str, Any] = {}
    stages: dict[str, Mapping[str, Any]] = {}
    for at, answer in enumerate(answers):
        fields = mapping(answer)
        for key in _WORDS if at == 0 else _LATER:
            if key in fields:
                said.setdefault(key, fields[key])
        if text(fields.get("stage")) in _STAGES:
            stages.setdefault(fields["stage"], fields)
    return said, stages


def _seconds(stage: Mapping[str, Any] | None, ran: Ran) -> float | None:
    """What the job says it took, where it can have taken it."""
    seconds = number((stage or {}).get("seconds"))
    return seconds if seconds is not None and 0 <= seconds <= ran.seconds else None


def _verdict(
    ran: Ran,
    said: Mapping[str, Any],
    stages: Mapping[str, Mapping[str, Any]],
    entry: str,
    packages: str,
    limits: SmokeLimits,
) -> tuple[Smoke, str, str]:
    """The answer with its message and hint; PASSES where outputs are there to be compared."""
    if ran.end is End.REFUSED:
        hint = "the policy sets the least with [smoke] sandbox; docs/smoke.md says what each needs"
        return Smoke.UNCHECKED, ran.reason, hint
    if "missing" in said:
        missing = _words(said["missing"])
        return Smoke.UNCHECKED, f"{missing} is not installed", _install(packages)
    if "broken" in said:
        error, hint = _short_of_memory(_words(said["broken"]), limits)
        return Smoke.UNCHECKED, f"what runs it does not start: {error}", hint or _install(packages)
    module = (text(said.get("module")) or "").partition(".")[0]
    if module in _LIBRARIES:
        return Smoke.UNCHECKED, f"it needs {module}", _install(_LIBRARIES[module])
    answer = Smoke.RUNS_NOT if "run" in stages else Smoke.LOADS_NOT
    if "failed" in said:
        if said["failed"] == "tell":
            return Smoke.UNCHECKED, _words(said.get("error")), _words(said.get("hint"))
        error, hint = _short_of_memory(_words(said.get("error")), limits)
        return answer, error, hint or _advice(answer, module, entry)
    if ran.end is not End.EXITED:
        return answer, _ended(ran, limits), _hint(ran.end)
    if "done" not in stages:
        last = "; ".join(_last_lines(ran.err))
        last, hint = _short_of_memory(last, limits)
        return answer, f"its process ended with {ran.code} ({last or 'it said nothing'})", hint
    return Smoke.PASSES, "", ""


def _words(said: object) -> str:
    return clipped(text(said) or "it does not say why", _MAX_TOLD)


def _install(packages: str) -> str:
    return f"python3 -m pip install {packages}"


def _short_of_memory(error: str, limits: SmokeLimits) -> tuple[str, str]:
    """An error with the limit, and what sets it, where memory was refused; else as it is."""
    if error.startswith("MemoryError") or any(words in error for words in _NO_MEMORY):
        return f"{error} (the limit is {limits.memory // MIB:,} MiB)", _hint(End.MEMORY)
    return error, ""


def _advice(answer: Smoke, module: str, entry: str) -> str:
    """What a person looks at first."""
    if module:
        return f"install what has the module {module[:100]} into the Python that runs registrar"
    if answer is Smoke.RUNS_NOT:
        return "give it the input that the model takes: names, shapes and types"
    return f"registrar verify {entry} tells whether these are the recorded bytes"


def _ended(ran: Ran, limits: SmokeLimits) -> str:
    if ran.end is End.SIGNALLED:
        try:
            name = signal.Signals(ran.code).name
        except ValueError:
            name = str(ran.code)
        last = "; ".join(_last_lines(ran.err))
        return f"its process died of {name}" + (f" ({last})" if last else "")
    limit = {
        End.TIME: f" of {limits.timeout:,} s",
        End.MEMORY: f" of {limits.memory // MIB:,} MiB",
    }
    return f"it reached {ran.end.value}{limit.get(ran.end, '')} and was killed"


def _hint(end: End) -> str:
    if end is End.SIGNALLED:
        return "save it again with the library that is named here: it crashed on this file"
    keys = {End.TIME: "timeout", End.MEMORY: "memory"}
    return f"the policy sets it with [smoke] {keys[end]}" if end in keys else ""


def _last_lines(printed: str) -> Iterator[str]:
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    yield from (line[:200] for line in lines[-1:])
