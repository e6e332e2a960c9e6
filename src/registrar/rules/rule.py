"""What a rule is, and what it is given: an entry, or the whole change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from registrar.domain.baseline import Baseline
from registrar.domain.findings import Outcome, Phase, Severity
from registrar.domain.policy import Policy, Waiver
from registrar.ports import History, Tree
from registrar.reading.documents import Flaw
from registrar.reading.entry import Entry
from registrar.reading.schema import Schema

if TYPE_CHECKING:
    from registrar.domain.runs import RunRecord
    from registrar.domain.scanning import Scan
    from registrar.domain.smoking import Smoked
    from registrar.reading.remote_files import RemoteOut


@dataclass(frozen=True, slots=True)
class Judging:
    """What judges one entry, besides the entry itself."""

    policy: Policy
    schema: Schema
    siblings: Mapping[str, tuple[str, ...]]
    """Folded entry names to the folders that share them, for collisions."""
    licence_texts: frozenset[str]
    """File names in the registry's own ``LICENSES/``."""


@dataclass(frozen=True, slots=True)
class Record:
    """What rules over the whole change need of an entry that was judged."""

    folder: str
    metadata_file: str
    repository: str | None
    commit: str | None
    digest: str | None
    """SHA-256 of the artifact, where its bytes or its ``files`` tell it."""
    dvc_remote: str | None
    run_id: str | None
    tracking_uri: str | None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle quickly: each judged entry comes from a worker process with one."""
        return (Record, tuple([getattr(self, name) for name in Record.__slots__]))


@dataclass(frozen=True, slots=True)
class GateFile:
    """A gate file that differs between base and head."""

    path: str
    flaws: tuple[Flaw, ...] = ()
    """What makes the head's version invalid."""
    changed: bool = True
    """False for one that a change of another gate file makes invalid."""
    grown: tuple[Flaw, ...] = ()
    """What a baseline lists and did not list before."""
    shrinks: bool = False
    """True for a baseline that was there and lists less now: it may go with models."""


@dataclass(frozen=True, slots=True)
class Change:
    """The change as a whole: what came before, what comes now."""

    policy: Policy
    at: date
    head: Tree
    records: Mapping[str, Record]
    """The judged entries of the head, by folder."""
    history: History | None
    tip: str | None
    """The commit that source commits must be an ancestor of: the base, or HEAD."""
    upstream: str | None = None
    """Where HEAD stands for the base: the protected branch, as far as it is known here."""
    blocked: str | None = None
    """Why history cannot be asked (no git, shallow clone)."""
    before: Tree | None = None
    """The tree that the head is compared with: the merge base, or the old tip."""
    touched: frozenset[str] = frozenset()
    """Entries that were asked for and differ between ``before`` and the head, or are deleted."""
    changed: frozenset[str] = frozenset()
    """All entries that differ, asked for or not."""
    leaning: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Entries that use licence texts beside them which differ, to their file names."""
    entries: frozenset[str] = frozenset()
    """All entries of the head."""
    top_faults: tuple[tuple[str, str, str], ...] = ()
    """What keeps the registry or its policy from being judged: path, message, hint."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Deleted entries whose very tree stands under a new name."""
    gate_files: tuple[GateFile, ...] = ()
    base_has_policy: bool = True
    """True where a registrar.toml judges."""
    first_policy: bool = False
    """True where none judges, and the head brings the first or is a server's first push."""
    gate_changes_allowed: bool = True
    """False on a server that takes no change of gate files by push."""
    rewritten: bool = False
    """True where the head does not descend from the old tip."""
    newly_failing: int = 0
    """Entries that would fail under the head's own policy files and do not under the base's."""
    left_behind: int = 0
    """Entries below the base's root, where the head's policy has another."""
    waivers: tuple[Waiver, ...] = ()
    waiver_flaws: tuple[Flaw, ...] = ()
    used_waivers: frozenset[Waiver] = frozenset()
    baseline: Baseline = Baseline()
    """What the judge's baseline lists."""
    slack: tuple[tuple[str, str, int], ...] = ()
    """Entry and rule whose number in the baseline could be lower, and how many errors are left."""
    has_base: bool = False
    """True where a base judges; otherwise every entry counts as merged."""


@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """Whether a source commit is reachable from a head or tag of its repository."""

    reachable: bool = False
    blocked: str = ""
    """Why the repository was not asked, or did not tell; "" where it did."""


@dataclass(frozen=True, slots=True)
class RunAnswer:
    """The run of an entry; None where the tracking server has none of its id."""

    run: RunRecord | None = None
    blocked: str = ""
    """Why the server was not asked, or did not tell; "" where it did."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found out about one entry by asking others."""

    outs: tuple[RemoteOut, ...] = ()
    source: SourceAnswer | None = None
    """What its source repository says of its commit; None where there is nothing to ask."""
    run: RunAnswer | None = None
    """What the tracking server says of its run; None where it names none."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What looking into the bytes of one entry, and running its model, found out."""

    scan: Scan | None = None
    """Paths relative to the entry; None where nothing was scanned."""
    smoked: Smoked | None = None
    """None where nothing was run."""
    deferred: str = ""
    """The command that looks, where the bytes lie behind a pointer and are not here."""
    blocked: str = ""
    """Why nobody could look."""


EntryCheck = Callable[[Entry, Judging], Iterator[Outcome]]
ChangeCheck = Callable[[Change], Iterator[tuple[str | None, Outcome]]]
RemoteCheck = Callable[[Entry, Evidence], Iterator[Outcome]]
RuntimeCheck = Callable[[Entry, Looked], Iterator[Outcome]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One check; its name is its file, its page, and its key in policy and waivers.

    One of ``entry``, ``change``, ``remote`` and ``runtime`` is set, none for a planned rule.
    """

    name: str
    phase: Phase
    severity: Severity
    summary: str
    entry: EntryCheck | None = None
    change: ChangeCheck | None = None
    remote: RemoteCheck | None = None
    runtime: RuntimeCheck | None = None
    configurable: str = "severity"
    last: bool = False
    """True for a rule over the change that looks at the exceptions once they are applied."""
    fixable: bool = False
    """True where ``registrar fix`` can mend some of what it finds."""
    since: str = "0.1.0"
    plugin: str = ""
    """The distribution that a rule of an organisation comes from; empty for ours."""
    url: str = ""
    """Where the rule is explained; empty for ours, which have their pages."""
    doc: str = field(default="", repr=False)

    @property
    def planned(self) -> bool:
        """Tell a rule of a later version: listed, never run, never counted."""
        return not (self.entry or self.change or self.remote or self.runtime)
