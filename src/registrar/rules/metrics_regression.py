"""Refuses a version that measures worse than the one before it, by more than is allowed.

What it does: compares each entry of the change with the next lower version of the same model, by
SemVer, where a gate of the entry or a floor of the policy says `max_regression`: how much worse
the metric may be, in its own unit. `direction: min` is for metrics where less is better; without
it a metric with a ceiling and no floor counts as such. Compared is only what was measured on the
same data: `evaluation.dataset` of both names a file or split with the same digest. Where that
cannot be told, a note says so. Of two limits, the entry's and the policy's, the tighter holds.

Why this is bad: every version passes its floor, and each is a little worse than the last.

Example: 1.2.0 has a test accuracy of 0.95, 1.3.0 of 0.91 on the same split, and the policy says

    [metrics."wine-*"]
    "test.accuracy" = {min = 0.8, max_regression = 0.01}

Use instead: find out why it became worse; or decide with a waiver that it may.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from registrar.domain.findings import Outcome, Phase, Problem, Severity
from registrar.domain.places import At
from registrar.domain.policy import Gate, Policy, stricter
from registrar.domain.versions import lower_versions
from registrar.reading.entry import Entry
from registrar.reading.evaluation import dataset_of, metrics_of
from registrar.rules.rule import Change, Rule


def check(change: Change) -> Iterator[tuple[str | None, Outcome]]:
    """Compare each judged entry of the change with the version below it."""
    if change.before is None:
        return  # version-immutable says why history could not be asked
    asked = change.touched & change.records.keys()
    lower = lower_versions(change.entries) if asked else {}
    for folder in sorted(asked & lower.keys()):
        entry = Entry(change.head, change.policy.root, folder)
        limits = _limits(entry, change.policy)
        if limits:
            previous = Entry(change.head, change.policy.root, lower[folder])
            for outcome in _compare(entry, previous, limits):
                yield folder, outcome


def _limits(entry: Entry, policy: Policy) -> dict[str, Gate]:
    """Every metric that has a limit, with the gate of the entry and the floor of the policy."""
    if entry.metadata is None:
        return {}
    gates = dict(entry.metadata.gates)
    for metric, floor in policy.floors(entry.name.name if entry.name else "").items():
        gates[metric] = stricter(gates.get(metric), floor)
    return {metric: gate for metric, gate in gates.items() if gate.max_regression is not None}


def _compare(entry: Entry, previous: Entry, limits: Mapping[str, Gate]) -> Iterator[Outcome]:
    one, other = dataset_of(entry), dataset_of(previous)
    if one is None or one != other:
        yield _not_comparable(entry, previous, one, other)
        return
    new, old = metrics_of(entry), metrics_of(previous)
    path = entry.metadata.metrics_path if entry.metadata else None
    for metric, gate in sorted(limits.items()):
        if metric not in old:
            message = f"not comparable: {previous.folder} did not measure {metric}"
            yield Problem(message, "", severity=Severity.NOTE)
        elif metric in new:  # metrics-gate tells one that is missing
            worse = Decimal(repr(old[metric])) - Decimal(repr(new[metric]))
            worse = -worse if gate.lower_is_better else worse
            allowed = Decimal(repr(gate.max_regression))
            if worse > allowed:
                message = (
                    f"{metric} is {new[metric]:g}, {worse.normalize():f} worse than the "
                    f"{old[metric]:g} of {previous.folder}; allowed is {allowed.normalize():f}"
                )
                hint = "find out why, or ask for a waiver"
                yield Problem(message, hint, At(path or "", tuple(metric.split("."))))


def _not_comparable(entry: Entry, previous: Entry, one: str | None, other: str | None) -> Problem:
    file = entry.metadata_names[0]
    at = At(file, ("evaluation", "dataset"))
    hint = "name the file or split of the manifest in evaluation.dataset, with its digest there"
    if one is not None and other is not None:
        message = f"not comparable: {previous.folder} was measured on other data"
        return Problem(message, "", at, Severity.NOTE)
    unknown = entry.folder if one is None else previous.folder
    message = f"not comparable: nothing tells on which data {unknown} was measured"
    return Problem(message, hint if one is None else "", at, Severity.NOTE)


RULE = Rule(
    name="metrics-regression",
    phase=Phase.HISTORY,
    severity=Severity.ERROR,
    summary="no worse than the version before, on the same data",
    change=check,
    configurable='severity, [metrics."<name>"]',
)
