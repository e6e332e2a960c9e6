"""Running the remote rules, and settling what the static ones had to defer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from registrar.app.judging import MOST, Bench, Judged, broken, sort_outcomes
from registrar.app.remote.bytes import with_bytes
from registrar.app.remote.dvc import DvcRemotes, ask_remotes
from registrar.domain.findings import Blocked, Outcome, Problem
from registrar.domain.trees import UnreadableError
from registrar.errors import RegistrarError
from registrar.ports import ObjectStore, Stores, Tree
from registrar.reading.dvc_config import CONFIG_PATH, MAX_BYTES, read_dvc_config
from registrar.reading.entry import Entry
from registrar.rules.rule import Evidence, Record, Rule


@dataclass(frozen=True, slots=True)
class RemoteRequest:
    """What is asked of others, and by whose configuration."""

    stores: Stores
    judge: Tree | None
    verify_bytes: bool = False


def judge_remote(
    bench: Bench, judged: Sequence[Judged], records: dict[str, Record], asked: RemoteRequest
) -> list[Judged]:
    """What the entry rules said, with deferrals settled, and what the remote rules say."""
    policy = bench.judging.policy
    entries = [Entry(bench.tree, policy.root, folder, policy.card_profile) for folder in records]
    remotes = DvcRemotes(frozenset(policy.dvc_remotes), _config(asked.judge), asked.stores)
    outs = ask_remotes(entries, remotes)
    said: list[tuple[Rule, str | None, Outcome]] = []
    faults: list[str] = []
    settled: dict[str, list[tuple[Rule, str | None, Outcome]]] = {}
    for entry in entries:
        found = outs.get(entry.folder, ())
        if asked.verify_bytes and any(out.files for out in found):
            opened = {out.remote: remotes.store(out.remote) for out in found}
            stores = {name: s for name, s in opened.items() if not isinstance(s, str)}
            whole, found = with_bytes(entry, found, stores, bench.tree, policy.root)
            settled[entry.folder] = list(_again(bench, whole, judged, faults))
        before = len(said)
        said += _run(bench, entry, Evidence(found), faults)
        if len(said) > before:  # told already: the same bytes are not refused a second time
            settled.pop(entry.folder, None)
    again = [item for items in settled.values() for item in items]
    by_folder = {entry.folder: entry for entry in entries}
    told = sort_outcomes([*said, *again], bench, by_folder, records)
    kept = [replace(one, deferred=_left(one, settled.keys())) for one in judged]
    return [*kept, replace(told, faults=tuple(faults))]


def _left(one: Judged, settled: object) -> tuple[object, ...]:
    return tuple(item for item in one.deferred if item.entry not in settled)  # type: ignore[operator]


def _config(judge: Tree | None) -> object:
    if judge is None:
        return None
    try:
        return read_dvc_config(judge.read(CONFIG_PATH, MAX_BYTES))
    except UnreadableError:
        return None
