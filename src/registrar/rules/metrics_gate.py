"""Refuses metrics that cannot be read, are not finite, or miss their gate.

What it does: reads `metrics.json`, or the file that `evaluation.metrics` names: a nested mapping
of finite numbers. Holds it against `evaluation.gates` and the floors of the policy. An entry may
only tighten a floor of the policy.

Why this is bad: NaN passes every comparison that is written the wrong way round, and a gate that
the submitter may lower is none.

Example:

    {"test": {"accuracy": NaN}}

Use instead: measure again, and leave out what was not measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from registrar.domain.findings import Outcome, Phase, Problem, Severity
from registrar.domain.gates import Gate, stricter
from registrar.domain.metadata import Metadata, number
from registrar.domain.places import At, Route, dotted
from registrar.reading.entry import Entry
from registrar.reading.evaluation import leaves
from registrar.rules.rule import Judging, Rule

Metrics = Mapping[str, tuple[float | None, Route]]
"""Values by dotted path; None for what is no number, which is told once."""


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Read the metrics, then hold them against every gate."""
    metadata = entry.metadata
    if metadata is None or metadata.metrics_path is None:
        return
    floors = judging.policy.floors(entry.name.name if entry.name else "")
    path, file = metadata.metrics_path, entry.metadata_names[0]
    if path not in entry.files:
        wanted = metadata.metrics_declared or metadata.gates or floors or metadata.primary
        if wanted and path not in entry.nodes:
            yield _missing(metadata, floors, path, file)
        return
    document = entry.document(path)
    for flaw in document.flaws:
        yield Problem(flaw.message, flaw.hint, At(path, span=flaw.span))
    if not document.readable:
        return
    metrics: dict[str, tuple[float | None, Route]] = {}
    yield from _read(document.data, path, metrics)
    yield from _gates(metadata, floors, metrics, file, path)


def _missing(metadata: Metadata, floors: Mapping[str, Gate], path: str, file: str) -> Problem:
    hint = 'add it: a nested mapping of numbers, such as {"test": {"accuracy": … }}'
    if floors and not (metadata.metrics_declared or metadata.gates or metadata.primary):
        names = ", ".join(sorted(floors))
        message = f"the policy wants {names} measured, and the metrics file {path} is not here"
        return Problem(message, hint)
    route = ("evaluation", "metrics") if metadata.metrics_declared else ("evaluation",)
    return Problem(f"the metrics file {path} is not here", hint, At(file, route))


def _read(
    data: Any, path: str, metrics: dict[str, tuple[float | None, Route]]
) -> Iterator[Outcome]:
    """Fill ``metrics`` with every number by its dotted path; tell what is none."""
    if not isinstance(data, dict):
        hint = 'write a mapping: {"test": {"accuracy": 0.93}}'
        yield Problem("the metrics are no mapping", hint, At(path))
        return
    for name, value, route in leaves(data):
        if name in metrics:
            message = f'two metrics are called "{name}": a key with a dot, and one in a mapping'
            yield Problem(message, "name one of them otherwise", At(path, route))
        metrics[name] = (number(value), route)
        if number(value) is None:
            hint = "metrics are finite numbers; put everything else into the card"
            yield Problem(f"{dotted(route)} is no finite number", hint, At(path, route))


def _gates(
    metadata: Metadata, floors: Mapping[str, Gate], metrics: Metrics, file: str, path: str
) -> Iterator[Outcome]:
    primary = metadata.primary
    if primary is not None and primary not in metrics:
        hint = f"the metrics are {', '.join(sorted(metrics)[:10])}"
        at = At(file, ("evaluation", "primary"))
        yield Problem(f'the primary metric "{primary}" is not in {path}', hint, at)
    for metric in sorted({*metadata.gates, *floors}):
        own, floor = metadata.gates.get(metric), floors.get(metric)
        at = At(file, ("evaluation", "gates", metric))
        if own is not None and floor is not None:
            yield from _loosened(metric, own, floor, at)
        gate = stricter(own, floor) if floor is not None else own
        if metric in metrics and gate is not None:
            value, route = metrics[metric]
            if value is not None:
                yield from _misses(metric, value, gate, At(path, route))
        elif metric not in metrics and metric != primary:
            hint = "measure it, or take the gate away" if own else "the policy wants it measured"
            where = at if own else At(path)
            yield Problem(f'"{metric}" has a gate and is not in {path}', hint, where)


def _loosened(metric: str, own: Gate, floor: Gate, at: At) -> Iterator[Outcome]:
    if own.direction is not None and own.lower_is_better is not floor.lower_is_better:
        right = "min" if floor.lower_is_better else "max"
        message = f"direction {own.direction} of {metric} is not the policy's"
        yield Problem(message, f"write direction: {right}, or leave it out", at)
    for word, mine, theirs, sign in (
        ("min", own.minimum, floor.minimum, 1),
        ("max", own.maximum, floor.maximum, -1),
    ):
        if mine is not None and theirs is not None and sign * mine < sign * theirs:
            message = f"{word} {mine:g} of {metric} is looser than the policy's {theirs:g}"
            yield Problem(message, f"write at least {word} {theirs:g}, or leave it out", at)


def _misses(metric: str, value: float, gate: Gate, at: At) -> Iterator[Outcome]:
    if gate.minimum is not None and not value >= gate.minimum:
        message = f"{metric} is {value:g}, below its gate of {gate.minimum:g}"
        yield Problem(message, "train a better model, or ask for a waiver", at)
    if gate.maximum is not None and not value <= gate.maximum:
        message = f"{metric} is {value:g}, above its gate of {gate.maximum:g}"
        yield Problem(message, "train a better model, or ask for a waiver", at)


RULE = Rule(
    name="metrics-gate",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="metrics are finite numbers and reach their gates",
    entry=check,
    configurable='severity, [metrics."<name>"]',
)
