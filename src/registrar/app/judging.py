"""Judging entries one by one, in as many processes as there are cores."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from registrar.app.rulebook import Rulebook
from registrar.app.selection import LICENSES
from registrar.domain.findings import (
    Blocked,
    Deferral,
    Deferred,
    Finding,
    Fix,
    Outcome,
    Problem,
    Severity,
    Unchecked,
)
from registrar.domain.metadata import Metadata
from registrar.domain.places import At, Place
from registrar.domain.policy import Policy
from registrar.domain.trees import Kind, Node, UnreadableError
from registrar.errors import RegistrarError
from registrar.ports import Tree
from registrar.reading.digests import actual_digest, recorded_digest
from registrar.reading.entry import METADATA_NAMES, Entry
from registrar.reading.siblings import siblings
from registrar.rules.rule import Judging, Record, Rule

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

MOST = 100
"""So much of one rule about one entry is told."""
SCHEMA_RULE = "metadata-schema"
NEEDS = {
    "artifact": ("artifact-digest", "artifact-format", "artifact-present"),
    "base_models": ("base-model-pinned", "card-consistent"),
    "dataset_manifest": ("dataset-leakage", "dataset-manifest"),
    "evaluation": ("card-consistent", "metrics-gate", "metrics-regression"),
    "files": ("artifact-digest",),
    "license": ("card-consistent", "license-policy", "license-valid"),
    "source": ("source-in-history", "source-pinned"),
    "task": ("card-consistent",),
    "training_hash": ("training-hash",),
}
"""Keys of metadata to the rules that see nothing where the schema refuses them."""
PARALLEL_FROM = 256
"""Fewer entries than this are judged in one process; starting others costs more."""
_CHUNK = 32
_HEAD = 4096
"""So much of a licence's text tells whether it is one."""
PAGES = "docs/rules"


@dataclass(frozen=True, slots=True)
class Judged:
    """Everything that the rules said about one entry, or about the change."""

    findings: tuple[Finding, ...] = ()
    deferred: tuple[Deferred, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    faults: tuple[str, ...] = ()
    """Tracebacks of rules that broke: faults of the program, each of one rule and entry."""
    blind: tuple[Unchecked, ...] = ()
    """What other rules could not look at, because the schema refuses it; told where that refusal
    does not stand, as a waiver or the policy may have it."""
    unless: tuple[str, str] | None = None
    """A rule and an entry: all of it counts only where no error of that rule stands for it, as one
    that is waived does not."""
    outside: bool = False
    """True where a rule looked at something outside the entry's folder: not to be remembered."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle in a third of the time that a frozen dataclass takes: one an entry."""
        return (Judged, tuple([getattr(self, name) for name in Judged.__slots__]))


@dataclass(frozen=True, slots=True)
class Bench:
    """What every entry is judged with; copied once into each process."""

    tree: Tree
    judging: Judging
    rules: tuple[Rule, ...]

    @property
    def names(self) -> frozenset[str]:
        """The names of the rules that run."""
        return frozenset(rule.name for rule in self.rules)


def judging_by(tree: Tree, book: Rulebook, folders: Sequence[str]) -> Judging:
    """What judges entries of a tree by a rulebook; ``folders`` are all entries of the tree."""
    texts = tree.children(f"{book.policy.root}/{LICENSES}")
    names = frozenset(n.path.rpartition("/")[2] for n in texts if _says_something(tree, n))
    return Judging(book.policy, book.schema, siblings(folders), names)


def _says_something(tree: Tree, node: Node) -> bool:
    """Tell a text that is there, can be read, and is not blank."""
    try:
        return node.kind is Kind.FILE and bool(tree.read(node.path, _HEAD).strip())
    except UnreadableError:
        return False


def judge_entry(bench: Bench, folder: str) -> tuple[Judged, Record]:
    """Run every entry rule over one entry."""
    policy = bench.judging.policy
    entry = Entry(bench.tree, policy.root, folder, policy.card_profile)
    said: list[tuple[Rule, str | None, Outcome]] = []
    faults: list[str] = []
    for rule in bench.rules:
        if rule.entry is not None:
            outcomes = heard(rule, partial(rule.entry, entry, bench.judging), entry, faults)
            said += [(rule, folder, outcome) for outcome in outcomes]
    record = record_of(entry)
    judged = sort_outcomes(said, bench, {folder: entry}, {folder: record})
    blind = tuple(_blind(said, bench))
    if faults or blind or entry.looked_outside:
        judged = replace(judged, faults=tuple(faults), blind=blind, outside=entry.looked_outside)
    return judged, record


def heard(
    rule: Rule, ask: Callable[[], Iterator[Outcome]], entry: Entry, faults: list[str]
) -> list[Outcome]:
    """What one rule says of one entry, at most ``MOST`` of it; that it broke, where it did."""
    try:
        outcomes = list(islice(ask(), MOST + 1))
    except RegistrarError:
        raise
    except Exception as error:  # one broken rule must not hide what all others say
        return [broken(rule, error, entry.path, faults)]
    if len(outcomes) > MOST:
        outcomes[MOST:] = [Problem("there is more of this kind", "mend these first")]
    return outcomes


def broken(rule: Rule, error: Exception, where: str, faults: list[str]) -> Blocked:
    """What is said of a rule that broke: a fault of the program, or of a plugin."""
    if rule.plugin:
        return Blocked(f"{rule.plugin} broke: {type(error).__name__}: {error}"[:300])
    import traceback  # only now: it costs the start of every check

    faults.append(f"{rule.name} of {where}\n{''.join(traceback.format_exception(error))}")
    return Blocked("the rule itself broke: a fault of the program")


def _blind(said: Iterable[tuple[Rule, str | None, Outcome]], bench: Bench) -> Iterator[Unchecked]:
    """The rules that find nothing to judge where the schema refuses a value that they need."""
    keys = {
        (folder, str(outcome.at.route[0]))
        for rule, folder, outcome in said
        if rule.name == SCHEMA_RULE and isinstance(outcome, Problem) and outcome.at.route
    }
    names = bench.names if keys else ()
    for folder, key in sorted(keys, key=str):
        for name in NEEDS.get(key, ()):
            if name in names:
                yield Unchecked(name, folder, f"metadata-schema refuses {key}, which it needs")


def sort_outcomes(
    said: Iterable[tuple[Rule, str | None, Outcome]],
    bench: Bench,
    entries: dict[str, Entry],
    records: Mapping[str, Record],
    before: Tree | None = None,
) -> Judged:
    """Turn outcomes with routes into findings with places, under the policy's severities."""
    findings, deferred, unchecked = [], [], []
    policy = bench.judging.policy
    for rule, folder, outcome in said:
        if isinstance(outcome, Deferral):
            deferred.append(Deferred(rule.name, folder or "", outcome.settled_by))
        elif isinstance(outcome, Blocked):
            unchecked.append(Unchecked(rule.name, folder, outcome.reason))
        else:
            if folder is not None and folder not in entries:
                entries[folder] = Entry(bench.tree, policy.root, folder, policy.card_profile)
            findings.append(
                Finding(
                    rule=rule.name,
                    severity=_severity(policy, rule, outcome.severity),
                    entry=folder,
                    message=outcome.message,
                    hint=outcome.hint,
                    place=place(outcome.at, entries.get(folder or "")),
                    url=rule.url if rule.plugin else f"{PAGES}/{rule.name}.md",
                    fix=_placed(outcome, f"{policy.root}/{folder}" if folder else None),
                    digest=_digest(folder, records, before, policy.root),
                )
            )
    return Judged(tuple(findings), tuple(deferred), tuple(unchecked))


def _placed(problem: Problem, folder: str | None) -> Fix | None:
    """The fix of a problem with its paths from the top of the repository."""
    fix = problem.fix
    if fix is None or folder is None or problem.at.absolute:
        return fix
    return Fix(fix.title, tuple(replace(e, path=f"{folder}/{e.path}") for e in fix.edits))


def _digest(
    folder: str | None, records: Mapping[str, Record], before: Tree | None, root: str
) -> str | None:
    """The digest of an entry's artifact; of a deleted entry the one that it had."""
    if folder is None:
        return None
    if folder in records:
        return records[folder].digest
    return None if before is None else record_of(Entry(before, root, folder)).digest


def _severity(policy: Policy, rule: Rule, own: Severity | None) -> Severity:
    """The policy's severity for the rule; an outcome's own where that is milder."""
    override = Severity(policy.severity.get(rule.name, rule.severity))
    return override if own is None else max(own, override, key=lambda severity: severity.rank)


def place(at: At, entry: Entry | None) -> Place:
    """A rule's route as a place in the repository."""
    if at.absolute or entry is None:
        return Place(at.path, at.span)
    if not at.path:
        return Place(entry.path)
    return Place(f"{entry.path}/{at.path}", entry.locate(at))


def judge_all(
    bench: Bench, folders: Sequence[str], jobs: int | None
) -> Generator[tuple[Judged, Record], None, None]:
    """Judge all entries, in the order given, whatever the number of processes."""
    count = jobs or _cores()
    if count == 1 or len(folders) < (PARALLEL_FROM if jobs is None else 2):
        for folder in folders:
            yield judge_entry(bench, folder)
        return
    with _pool(bench, min(count, len(folders))) as pool:
        yield from pool.map(_judge_one, folders, chunksize=_CHUNK)


_bench: Bench | None = None  # of a worker process; set once when it starts


def _start(bench: Bench) -> None:
    global _bench
    _bench = bench
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers to Ctrl-C for all


def _judge_one(folder: str) -> tuple[Judged, Record]:
    if _bench is None:
        raise AssertionError("a worker without its bench")
    return judge_entry(_bench, folder)


@contextmanager
def _pool(bench: Bench, count: int) -> Iterator[ProcessPoolExecutor]:
    from concurrent.futures import ProcessPoolExecutor  # costs more than judging a few entries

    pool = ProcessPoolExecutor(count, initializer=_start, initargs=(bench,))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def record_of(entry: Entry) -> Record:
    """What rules over the whole change, and whoever asks others, need of an entry."""
    metadata: Metadata | None = entry.metadata
    names = entry.metadata_names
    return Record(
        folder=entry.folder,
        metadata_file=names[0] if names else METADATA_NAMES[0],
        repository=metadata.source.repository if metadata else None,
        commit=metadata.source.commit if metadata else None,
        digest=actual_digest(entry) or recorded_digest(entry),
        dvc_remote=metadata.dvc_remote if metadata else None,
        run_id=metadata.mlflow.run_id if metadata else None,
        tracking_uri=metadata.mlflow.tracking_uri if metadata else None,
    )
