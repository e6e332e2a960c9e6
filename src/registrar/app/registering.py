"""``registrar register``: a checked, committed entry becomes a version of an MLflow registry."""

from __future__ import annotations

from dataclasses import dataclass

from registrar.app.asking import CheckRequest
from registrar.app.check import check
from registrar.app.references import digest_of, entry_named
from registrar.app.rulebook import SCHEMA_NAME, read_rulebook
from registrar.domain.paths import inside
from registrar.domain.report import Report, Verdict
from registrar.domain.runs import Registered, Registration
from registrar.errors import UsageError
from registrar.ports import Ancestry, History, Staging, World
from registrar.ports.others import ModelRegistry
from registrar.reading.baseline import BASELINE_NAME
from registrar.reading.entry import Entry
from registrar.reading.policy import POLICY_NAME
from registrar.reading.waivers import WAIVERS_NAME


@dataclass(frozen=True, slots=True)
class Counter:
    """What registering needs."""

    world: World
    staging: Staging
    registry: ModelRegistry
    tracking_uri: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The registered version; None where the report tells why the entry does not pass."""

    registration: Registration
    registered: Registered | None
    report: Report
    ahead: bool = False
    """The commit that the version names is not in the protected branch, as it was last fetched."""


def register(ref: str, uri: str, counter: Counter) -> Answer:
    """Register an entry that passes; raises UsageError and AskError."""
    tree = counter.world.work_tree
    if tree is None or counter.world.history is None:
        reason = counter.world.history_reason or "there is no work tree here"
        raise UsageError(f"nothing tells what is committed: {reason}", "run it in a clone")
    policy = read_rulebook(tree, "work-tree").policy
    folder = entry_named(ref, tree, policy.root)
    path = f"{policy.root}/{folder}"
    entry = Entry(tree, policy.root, folder)
    loose = [
        found
        for found in counter.staging.uncommitted([path, *_judges(policy.root)])
        if not _is_tracked(entry, found.removeprefix(f"{path}/").removesuffix("/"))
    ]
    if loose:
        raise UsageError(f"{min(loose)} is not as it is committed", "commit it first")
    report = check(CheckRequest(paths=(path,)), counter.world)
    registration = _registration(entry, counter)
    if report.verdict is not Verdict.PASS:
        return Answer(registration, None, report)
    ahead = _is_ahead(counter.world.history)
    return Answer(registration, counter.registry.put(uri, registration), report, ahead)


def _judges(root: str) -> tuple[str, ...]:
    """What judges the entry: its verdict is to be the one of the registry."""
    return POLICY_NAME, WAIVERS_NAME, BASELINE_NAME, f"{root}/{SCHEMA_NAME}"


def _is_ahead(history: History) -> bool:
    head, upstream = history.resolve("HEAD"), history.upstream()
    if head is None or upstream is None or history.shallow:
        return False
    return history.ancestry([head], upstream)[head] is Ancestry.NO


def _is_tracked(entry: Entry, path: str) -> bool:
    """Tell bytes of the artifact that DVC tracks, which git does not hold."""
    outs = entry.artifact.outs if entry.artifact is not None else ()
    return any(inside(path, out.path) for out in outs)


def _registration(entry: Entry, counter: Counter) -> Registration:
    metadata, name = entry.metadata, entry.name
    digest = digest_of(entry)
    if metadata is None or name is None or digest is None:
        raise UsageError(f"{entry.path} cannot be read", f"registrar check {entry.typed()}")
    history = counter.world.history
    head = history.resolve("HEAD") if history is not None else None
    ref, source = metadata.mlflow, metadata.source
    tags = {
        "registrar.source_commit": source.commit,
        "registrar.source_repository": source.repository,
        "registrar.registry_commit": head,
    }
    return Registration(
        name=name.name,
        version=str(name.version),
        entry=entry.folder,
        digest=digest,
        license=metadata.license or "",
        source=_place(entry, metadata.artifact),
        card=entry.card_text[0],
        tags={key: value for key, value in tags.items() if value is not None},
        run_id=ref.run_id,
        model_id=ref.model_id,
        tracking_uri=counter.tracking_uri,  # never the one that the entry names
    )


def _place(entry: Entry, artifact: str | None) -> str:
    """The artifact in the registry's repository, for whoever reads the version."""
    return f"registrar:/{entry.folder}/{artifact or ''}"
