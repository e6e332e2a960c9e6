"""Running the remote rules, and settling what the static ones had to defer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from registrar.app.judging import MOST, Bench, Judged, broken, sort_outcomes
from registrar.app.remote.bytes import with_bytes
from registrar.app.remote.dvc import DvcRemotes, ask_remotes
from registrar.app.remote.runs import ask_runs
from registrar.app.remote.sources import ask_sources
from registrar.domain.findings import Deferred, Outcome, Problem
from registrar.domain.remotes import DvcConfig
from registrar.domain.trees import UnreadableError
from registrar.errors import RegistrarError
from registrar.ports import Others, Tree
from registrar.reading.dvc_config import CONFIG_PATH, MAX_BYTES, read_dvc_config
from registrar.reading.entry import Entry
from registrar.reading.remote_files import RemoteOut
from registrar.rules.rule import Evidence, Record, Rule

_Said = list[tuple[Rule, str | None, Outcome]]


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom to ask, by whose configuration, and how closely to look."""

    others: Others
    judge: Tree | None
    verify_bytes: bool = False


def judge_remote(
    bench: Bench, judged: Sequence[Judged], records: Mapping[str, Record], asking: Asking
) -> list[Judged]:
    """What the entry rules said, without what is settled now, and what the remote rules say."""
    policy = bench.judging.policy
    entries = {f: Entry(bench.tree, policy.root, f, policy.card_profile) for f in records}
    config = dvc_config(asking.judge) if asking.judge is not None else None
    remotes = DvcRemotes(frozenset(policy.dvc_remotes), config, asking.others.stores)
    outs = ask_remotes(list(entries.values()), remotes)
    sources = ask_sources(
        list(entries.values()), frozenset(policy.hosts), asking.others.repositories
    )
    runs = ask_runs(list(entries.values()), policy.mlflow, asking.others.runs)
    waiting = {(d.entry, d.rule) for one in judged for d in one.deferred}
    said: _Said = []
    faults: list[str] = []
    settled: set[str] = set()
    for folder, entry in entries.items():
        found, whole = outs.get(folder, ()), None
        if asking.verify_bytes and found:
            whole, found = with_bytes(entry, found, remotes.opened(found), bench.tree, policy.root)
        remote = list(
            _run(bench, entry, Evidence(found, sources.get(folder), runs.get(folder)), faults)
        )
        said += remote
        if whole is not None and not remote and _all_read(found):
            rules = [rule for rule in bench.rules if (folder, rule.name) in waiting]
            said += _again(rules, whole, bench, faults)
            settled.add(folder)
    told = sort_outcomes(said, bench, dict(entries), records)
    kept = [replace(one, deferred=_still(one.deferred, settled)) for one in judged]
    return [*kept, replace(told, faults=tuple(faults))]


def dvc_config(tree: Tree) -> DvcConfig | None:
    """The configuration of DVC that a tree holds; None without one that can be read."""
    try:
        return read_dvc_config(tree.read(CONFIG_PATH, MAX_BYTES))
    except UnreadableError:
        return None


def _run(bench: Bench, entry: Entry, evidence: Evidence, faults: list[str]) -> Iterator[_Item]:
    """The remote rules over one entry."""
    for rule in bench.rules:
        if rule.remote is not None:
            try:
                outcomes: list[Outcome] = list(islice(rule.remote(entry, evidence), MOST + 1))
            except RegistrarError:
                raise
            except Exception as error:  # one broken rule must not hide what all others say
                outcomes = [broken(rule, error, entry.path, faults)]
            if len(outcomes) > MOST:
                outcomes[MOST:] = [Problem("there is more of this kind", "mend these first")]
            yield from ((rule, entry.folder, outcome) for outcome in outcomes)


_Item = tuple[Rule, str | None, Outcome]


def _again(rules: Sequence[Rule], whole: Entry, bench: Bench, faults: list[str]) -> Iterator[_Item]:
    """The rules that had to defer, over the entry with its bytes at hand."""
    for rule in rules:
        if rule.entry is None:
            continue
        try:
            outcomes: list[Outcome] = list(islice(rule.entry(whole, bench.judging), MOST))
        except RegistrarError:
            raise
        except Exception as error:  # one broken rule must not hide what all others say
            outcomes = [broken(rule, error, whole.path, faults)]
        yield from ((rule, whole.folder, outcome) for outcome in outcomes)


def _all_read(outs: Sequence[RemoteOut]) -> bool:
    files = [file for out in outs for file in out.files]
    return bool(files) and all(file.content is not None for file in files)


def _still(deferred: tuple[Deferred, ...], settled: set[str]) -> tuple[Deferred, ...]:
    return tuple(item for item in deferred if item.entry not in settled)
