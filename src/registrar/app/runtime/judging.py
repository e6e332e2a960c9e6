"""Running the runtime rules: each entry is laid out, scanned and run once."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from registrar.app.judging import Bench, Judged, heard, sort_outcomes
from registrar.app.runtime.laying_out import laid_out, wanted
from registrar.app.smoking.service import Subject, Tools, smoke
from registrar.domain.findings import Blocked, Outcome
from registrar.domain.paths import inside
from registrar.domain.report import RuntimeFacts
from registrar.domain.scanning import FileScan, Safety, Scan, Scanner, worst
from registrar.domain.smoking import Smoked
from registrar.domain.trees import Kind, UnreadableError
from registrar.ports.running import Runtime
from registrar.ports.scanning import ToScan
from registrar.reading.artifact import Artifact
from registrar.reading.entry import Entry
from registrar.rules.rule import Looked, Record, Rule

SCAN_RULE, SMOKE_RULE, BYTES_RULE = "artifact-scan", "artifact-smoke", "artifact-remote"
_Said = list[tuple[Rule, str | None, Outcome]]


@dataclass(frozen=True, slots=True)
class Looking:
    """What to look with, and where bytes behind pointers come from."""

    runtime: Runtime
    remote: bool = False
    """Whether the remotes were asked, so that nothing may be deferred."""
    wholes: Mapping[str, Entry] | None = None
    """By folder, entries whose bytes are read from the remotes; None where none is to be read."""
    on_entry: Callable[[int, int], None] | None = None


def judge_runtime(
    bench: Bench, records: Mapping[str, Record], looking: Looking
) -> tuple[list[Judged], RuntimeFacts]:
    """What the runtime rules say of each entry, and who looked.

    What would be said of bytes that another rule refused counts where that is overruled.
    """
    policy, wholes = bench.judging.policy, looking.wholes or {}
    entries: dict[str, Entry] = {}
    said: _Said = []
    faults: list[str] = []
    hidden: list[Judged] = []
    facts = RuntimeFacts()
    with tempfile.TemporaryDirectory(prefix="registrar-bytes-") as scratch:
        for folder in records:
            known = wholes.get(folder)
            entry = known or Entry(bench.tree, policy.root, folder, policy.card_profile)
            looked = _looked(bench, entry, looking, scratch)
            entries[folder] = entry
            facts = _with(facts, looked)
            for rule, outcomes in _run(bench, entry, looked, faults):
                unless = _told_by(rule, looked, outcomes, looking)
                own: _Said = [(rule, folder, outcome) for outcome in outcomes]
                if unless is None:
                    said += own
                elif own:
                    late = sort_outcomes(own, bench, {folder: entry}, records)
                    hidden.append(replace(late, unless=(unless, folder)))
            if looking.on_entry is not None:
                looking.on_entry(len(entries), len(records))
    answer = replace(sort_outcomes(said, bench, entries, records), faults=tuple(faults))
    return [answer, *hidden], facts


def _run(
    bench: Bench, entry: Entry, looked: Looked, faults: list[str]
) -> Iterator[tuple[Rule, list[Outcome]]]:
    for rule in bench.rules:
        if rule.runtime is not None:
            yield rule, heard(rule, partial(rule.runtime, entry, looked), entry, faults)


def _told_by(rule: Rule, looked: Looked, outcomes: list[Outcome], looking: Looking) -> str | None:
    """The rule whose refusal already tells the cause; None where there is no such thing."""
    if looked.blocked and looking.remote:
        return BYTES_RULE
    refused = looked.scan is not None and looked.scan.safety is not Safety.CLEAN
    blocked = any(isinstance(outcome, Blocked) for outcome in outcomes)
    return SCAN_RULE if rule.name == SMOKE_RULE and refused and blocked else None


def _looked(bench: Bench, entry: Entry, looking: Looking, scratch: str) -> Looked:
    """Look at one entry; nothing where other rules say why there is nothing to look at."""
    artifact = entry.artifact
    if artifact is None or not (artifact.here or artifact.outs):
        return Looked()
    command = f"registrar check --remote --verify-bytes --runtime {entry.typed()}"
    if artifact.deferred:
        if not looking.remote:
            return Looked(deferred=command)
        reason = "its bytes were not read from the DVC remote"
        return Looked(blocked=reason if looking.wholes is not None else f"{reason}: {command}")
    if any(entry.is_lfs_pointer(path) for path in artifact.members):
        return Looked()  # artifact-present refuses it
    try:
        paths = wanted(entry, artifact)
        with laid_out(entry, paths, scratch) as folder:
            return _opened(bench, entry, artifact, paths, folder, looking.runtime)
    except UnreadableError as error:
        return Looked(blocked=str(error))


def _opened(
    bench: Bench,
    entry: Entry,
    artifact: Artifact,
    paths: list[str],
    folder: str,
    runtime: Runtime,
) -> Looked:
    """Scan and run what lies in a folder; the rules that are off cost nothing.

    Each entry has a scan of its own, so that none is read by a process that has read another.
    """
    policy, names = bench.judging.policy, bench.names
    found: Scan | None = None
    runs = SMOKE_RULE in names and entry.metadata is not None and entry.metadata.smoke is not None
    if SCAN_RULE in names or runs:
        files = [_to_scan(entry, path, folder) for path in paths]
        found = runtime.scanner.scan(files, policy.scan_allow)
    smoked: Smoked | None = None
    if runs and found is not None:
        safety = _safety(entry, artifact, found)
        tools = Tools(runtime.sandbox, runtime.job, lambda _, __: safety, runtime.trusted)
        subject = Subject(entry, folder, entry.path, policy.smoke, policy.scan_allow)
        smoked = smoke(subject, tools)
    return Looked(found, smoked)


def _to_scan(entry: Entry, path: str, folder: str) -> ToScan:
    """A file that lies in a folder, by its path relative to the entry."""
    return ToScan(path, os.path.join(folder, path), entry.nodes[path].size)


def _safety(entry: Entry, artifact: Artifact, scan: Scan) -> Safety:
    """What the scan says of the artifact alone; links in it were not looked at."""
    own = [node.kind for path, node in entry.nodes.items() if inside(path, artifact.path)]
    if any(kind is not Kind.FILE for kind in own):
        return Safety.UNREAD
    return worst(file.safety for file in _own(artifact, scan))


def _own(artifact: Artifact, scan: Scan) -> Iterator[FileScan]:
    return (file for file in scan.files if inside(file.path, artifact.path))


def _with(facts: RuntimeFacts, looked: Looked) -> RuntimeFacts:
    scanner = _joined(facts.scanner, looked.scan.scanner if looked.scan is not None else None)
    scanned = facts.scanned + (len(looked.scan.files) if looked.scan is not None else 0)
    smoked = (looked.smoked,) if looked.smoked is not None else ()
    return RuntimeFacts(scanner, scanned, (*facts.smoked, *smoked))


def _joined(one: Scanner | None, other: Scanner | None) -> Scanner | None:
    """Who looked at some entries and at others: confined by what held both."""
    if one is None or other is None or not other.allowlist:  # the other had nothing to read
        return one or other
    both = tuple(layer for layer in one.confinement if layer in other.confinement)
    return replace(other, confinement=both) if one.allowlist else other
