"""What a reviewer wants to see of each entry of a change, besides its findings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from registrar.domain.findings import Finding, Severity, Unchecked
from registrar.domain.gates import Gate, stricter
from registrar.domain.policy import Policy
from registrar.domain.report import EntryFacts, MetricDelta, Verdict
from registrar.domain.trees import Kind
from registrar.domain.versions import lower_versions
from registrar.ports import Tree
from registrar.reading.entry import Entry
from registrar.reading.evaluation import metrics_of

MOST = 200
"""Entries of one change that are told one by one; they are read once more for it."""
_METRICS = 20


def facts_of(
    head: Tree,
    policy: Policy,
    folders: Sequence[str],
    everything: Collection[str],
    findings: Sequence[Finding],
    unchecked: Sequence[Unchecked],
    fail_on: Severity,
) -> tuple[EntryFacts, ...]:
    """The facts of the first ``MOST`` entries of a change, in their order."""
    failing = {f.entry for f in findings if f.severity.rank <= fail_on.rank}
    blind = {item.entry for item in unchecked}
    lower = lower_versions(everything)
    facts = []
    for folder in folders[:MOST]:
        entry = Entry(head, policy.root, folder)
        below = lower.get(folder)
        previous = Entry(head, policy.root, below) if below is not None else None
        verdict = Verdict.INCOMPLETE if folder in blind else Verdict.PASS
        facts.append(
            EntryFacts(
                entry=folder,
                verdict=Verdict.FAIL if folder in failing else verdict,
                license=entry.metadata.license if entry.metadata else None,
                size=_size(entry),
                previous=below,
                metrics=tuple(_deltas(entry, previous, policy)),
            )
        )
    return tuple(facts)


def _size(entry: Entry) -> int | None:
    """Bytes of the artifact: of the files that are here, as recorded, or as its pointer says."""
    artifact = entry.artifact
    if artifact is None or entry.metadata is None:
        return None
    if artifact.here:
        nodes = (entry.nodes[path] for path in artifact.members)
        return sum(node.size for node in nodes if node.kind is Kind.FILE)
    if entry.metadata.files:
        return sum(record.size for record in entry.metadata.files)
    sizes = [out.size for out in artifact.outs if out.size is not None]
    return sizes[0] if sizes else None


def _deltas(entry: Entry, previous: Entry | None, policy: Policy) -> Iterator[MetricDelta]:
    gates: dict[str, Gate] = dict(entry.metadata.gates) if entry.metadata else {}
    for metric, floor in policy.floors(entry.name.name if entry.name else "").items():
        gates[metric] = stricter(gates.get(metric), floor)
    before = metrics_of(previous) if previous is not None else {}
    for name, value in list(metrics_of(entry).items())[:_METRICS]:
        old = before.get(name)
        better = None
        if old is not None and old != value and name in gates:
            better = (value < old) is gates[name].lower_is_better
        yield MetricDelta(name, value, old, better)
