"""Running the remote rules, and settling what the static ones had to defer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from registrar.app.judging import Bench, Judged, heard, sort_outcomes
from registrar.app.remote.bytes import with_bytes
from registrar.app.remote.dvc import DvcRemotes, ask_remotes
from registrar.app.remote.runs import ask_runs
from registrar.app.remote.sources import ask_sources
from registrar.domain.findings import Blocked, Deferral, Outcome, Unchecked
from registrar.domain.remotes import DvcConfig
from registrar.domain.trees import UnreadableError
from registrar.ports import Tree
from registrar.ports.others import Others
from registrar.reading.dvc_config import CONFIG_PATH, MAX_BYTES, read_dvc_config
from registrar.reading.entry import Entry
from registrar.rules.rule import Evidence, Record, Rule

BYTES_RULE, SOURCE_RULE, RUN_RULE = "artifact-remote", "source-reachable", "run-recorded"
_UNREAD = Blocked("the bytes were not there to be read")
_Said = list[tuple[Rule, str | None, Outcome]]


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom to ask, by whose configuration, and how closely to look."""

    others: Others
    judge: Tree | None
    verify_bytes: bool = False


def judge_remote(
    bench: Bench, judged: Sequence[Judged], records: Mapping[str, Record], asking: Asking
) -> tuple[list[Judged], dict[str, Entry]]:
    """What the entry rules said, without what is settled now, and what the remote rules say.

    And by folder, the entries whose bytes were read: what reads them again asks the same remotes.

    Where artifact-remote runs nothing stays deferred: the bytes were found, are refused, or
    could not be asked for. What rules say of bytes that it refuses counts where it is overruled.
    """
    policy = bench.judging.policy
    entries = {f: Entry(bench.tree, policy.root, f, policy.card_profile) for f in records}
    remotes = remotes_of(bench, asking)
    gathered = _gathered(entries, records, bench, remotes, asking.others)
    waiting = {(d.entry, d.rule) for one in judged for d in one.deferred}
    said: _Said = []
    hidden: list[Judged] = []
    faults: list[str] = []
    wholes: dict[str, Entry] = {}
    for folder, entry in entries.items():
        evidence, whole = gathered[folder], None
        if asking.verify_bytes and evidence.outs:
            opened = remotes.opened(evidence.outs)
            whole, outs = with_bytes(entry, evidence.outs, opened, bench.tree, policy.root)
            evidence = replace(evidence, outs=outs)
        outcomes = list(_run(bench, entry, evidence, faults))
        said += outcomes
        if whole is not None:
            wholes[folder] = whole
            rules = [rule for rule in bench.rules if (folder, rule.name) in waiting]
            settled = list(_again(rules, whole, bench, faults))
            ours = [outcome for rule, _, outcome in outcomes if rule.name == BYTES_RULE]
            if any(isinstance(outcome, Blocked) for outcome in ours):
                settled = [one for one in settled if one[2] is not _UNREAD]  # told already
            if ours:
                late = sort_outcomes(settled, bench, {folder: whole}, records)
                hidden.append(replace(late, unless=(BYTES_RULE, folder)))
            else:
                said += settled
    answer = replace(sort_outcomes(said, bench, dict(entries), records), faults=tuple(faults))
    if BYTES_RULE in bench.names:
        blind = _unasked(judged, gathered)
        judged = [replace(one, deferred=()) for one in judged]
        answer = replace(answer, unchecked=(*answer.unchecked, *blind), deferred=())
    return [*judged, answer, *hidden], wholes


def _unasked(judged: Sequence[Judged], gathered: Mapping[str, Evidence]) -> Iterator[Unchecked]:
    """Entries whose bytes are nowhere, and of which no remote was asked."""
    waiting = {item.entry: item for one in judged for item in one.deferred}
    for folder, item in waiting.items():
        if not gathered[folder].outs:
            yield Unchecked(item.rule, folder, "no pointer says where its bytes are")


def _gathered(
    entries: Mapping[str, Entry],
    records: Mapping[str, Record],
    bench: Bench,
    remotes: DvcRemotes,
    others: Others,
) -> dict[str, Evidence]:
    """By folder, what others say; whom only a rule asks that is off is not asked."""
    policy, names = bench.judging.policy, bench.names
    outs = ask_remotes(entries, records, remotes) if BYTES_RULE in names else {}
    hosts = frozenset(policy.hosts)
    sources = (
        ask_sources(records.values(), hosts, others.repositories) if SOURCE_RULE in names else {}
    )
    runs = ask_runs(records.values(), policy.mlflow, others.runs) if RUN_RULE in names else {}
    return {
        folder: Evidence(outs.get(folder, ()), sources.get(folder), runs.get(folder))
        for folder in entries
    }


def remotes_of(bench: Bench, asking: Asking) -> DvcRemotes:
    """The remotes that may be asked: those of the policy, where the judge's configuration says."""
    config = dvc_config(asking.judge) if asking.judge is not None else None
    allowed = frozenset(bench.judging.policy.dvc_remotes)
    return DvcRemotes(allowed, config, asking.others.stores)


def dvc_config(tree: Tree) -> DvcConfig | None:
    """The configuration of DVC that a tree holds; None without one that can be read."""
    try:
        return read_dvc_config(tree.read(CONFIG_PATH, MAX_BYTES))
    except UnreadableError:
        return None


_Item = tuple[Rule, str | None, Outcome]


def _run(bench: Bench, entry: Entry, evidence: Evidence, faults: list[str]) -> Iterator[_Item]:
    """The remote rules over one entry."""
    for rule in bench.rules:
        if rule.remote is not None:
            outcomes = heard(rule, partial(rule.remote, entry, evidence), entry, faults)
            yield from ((rule, entry.folder, outcome) for outcome in outcomes)


def _again(rules: Sequence[Rule], whole: Entry, bench: Bench, faults: list[str]) -> Iterator[_Item]:
    """The rules that had to defer, over the entry with its bytes at hand."""
    for rule in rules:
        if rule.entry is not None:
            outcomes = heard(rule, partial(rule.entry, whole, bench.judging), whole, faults)
            for outcome in outcomes:
                yield rule, whole.folder, _UNREAD if isinstance(outcome, Deferral) else outcome
