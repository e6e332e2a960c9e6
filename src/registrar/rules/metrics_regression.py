"""Refuses a version that measures worse than the one before it, by more than is allowed.

What it does: compares each entry of the change with the next lower version of the same model on
the same data, by SemVer, and with the next one of these that was there before the change, where a
gate of the entry or a floor of the policy says `max_regression`: how much worse the metric may be,
in its own unit. `direction: min` is for metrics where less is better; without it a metric with a
ceiling and no floor counts as such; of a floor the policy says it, whatever the entry says.
The same data: `evaluation.dataset` of both names a file or split with the same digest. Where
there is no such version, a note says so. The entry's limit and the policy's both hold.

Why this is bad: every version passes its floor, and each is a little worse than the last.

Example: 1.2.0 has a test accuracy of 0.95, 1.3.0 of 0.91 on the same split, and the policy says

    [metrics."wine-*"]
    "test.accuracy" = {min = 0.8, max_regression = 0.01}

Use instead: find out why it became worse; or decide with a waiver that it may.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice

from registrar.domain.findings import Outcome, Phase, Problem, Severity
from registrar.domain.gates import Gate
from registrar.domain.places import At
from registrar.domain.policy import Policy
from registrar.domain.versions import lower_versions
from registrar.reading.entry import Entry
from registrar.reading.evaluation import dataset_of, metrics_of
from registrar.rules.rule import Change, Rule

_FAR = 1000
"""So many lower versions are looked through for one on the same data."""


def check(change: Change) -> Iterator[tuple[str | None, Outcome]]:
    """Compare each judged entry of the change with versions below it, on the same data."""
    if change.before is None:
        return  # version-immutable says why history could not be asked
    asked = change.touched & change.records.keys()
    lower = lower_versions(change.entries) if asked else {}
    known: dict[str, Entry] = {}
    for folder in sorted(asked & lower.keys()):
        entry = _entry(folder, change, known)
        limits = _limits(entry, change.policy)
        if limits:
            below = list(islice(_below(folder, lower), _FAR))
            for outcome in _compare(entry, _same_data(entry, below, change, known), limits):
                yield folder, outcome


def _entry(folder: str, change: Change, known: dict[str, Entry]) -> Entry:
    if folder not in known:
        known[folder] = Entry(change.head, change.policy.root, folder)
    return known[folder]


def _below(folder: str, lower: Mapping[str, str]) -> Iterator[str]:
    """All lower versions, from the next one down."""
    while folder in lower:
        folder = lower[folder]
        yield folder


def _same_data(
    entry: Entry, below: Sequence[str], change: Change, known: dict[str, Entry]
) -> list[Entry]:
    """The next lower version on the same data, and the next one of them that was there before.

    The second holds where a change brings versions in between, as stepping stones. Where there is
    none, the next lower version, which was measured on other data.
    """
    data = dataset_of(entry)
    found: list[Entry] = []
    for folder in below if data is not None else ():
        other = _entry(folder, change, known)
        if dataset_of(other) == data:
            merged = folder not in change.touched
            found += [other] if merged or not found else []
            if merged:
                return found
    return found or [_entry(below[0], change, known)]


def _limits(entry: Entry, policy: Policy) -> dict[str, list[Gate]]:
    """Every metric that has a limit, with the gate of the entry and the floor of the policy.

    Each says by itself which way is better: an entry cannot turn a floor round.
    """
    if entry.metadata is None:
        return {}
    limits: dict[str, list[Gate]] = {}
    floors = policy.floors(entry.name.name if entry.name else "")
    for metric, gate in (*floors.items(), *entry.metadata.gates.items()):
        if gate.max_regression is not None:
            limits.setdefault(metric, []).append(gate)
    return limits


def _compare(
    entry: Entry, previous: Sequence[Entry], limits: Mapping[str, Sequence[Gate]]
) -> Iterator[Outcome]:
    one, other = dataset_of(entry), dataset_of(previous[0])
    if one is None or one != other:
        yield _not_comparable(entry, previous[0], one, other)
        return
    new = metrics_of(entry)
    path = entry.metadata.metrics_path if entry.metadata else None
    for metric, gates in sorted(limits.items()):
        if metric not in new:
            continue  # metrics-gate tells it
        at = At(path or "", tuple(metric.split(".")))
        measured = [(p.folder, metrics_of(p).get(metric)) for p in previous]
        if all(old is None for _, old in measured):
            message = f"not comparable: {previous[0].folder} did not measure {metric}"
            yield Problem(message, "", severity=Severity.NOTE)
        told = (
            said
            for folder, old in measured
            for gate in gates
            if old is not None and (said := _worse(metric, new[metric], old, folder, gate))
        )
        worst = next(told, None)
        if worst is not None:
            yield Problem(worst, "find out why, or ask for a waiver", at)


def _worse(metric: str, new: float, old: float, folder: str, gate: Gate) -> str | None:
    """What is to be said of a metric that is worse by more than its gate allows."""
    worse = Decimal(repr(old)) - Decimal(repr(new))
    worse = -worse if gate.lower_is_better else worse
    allowed = Decimal(repr(gate.max_regression))
    if worse <= allowed:
        return None
    return (
        f"{metric} is {new:g}, {worse.normalize():f} worse than the {old:g} of {folder}; "
        f"allowed is {allowed.normalize():f}"
    )


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
