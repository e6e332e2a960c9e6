"""The gate of a plain git server: one push, judged before any ref moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from registrar.app.check import CheckRequest, check
from registrar.app.comparison import Revisions
from registrar.domain.pushes import Server, Update
from registrar.domain.report import Report, Verdict
from registrar.errors import UsageError
from registrar.ports import World


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one update: a line of text, and the report where it was judged."""

    update: Update
    accepted: bool
    line: str
    report: Report | None = None


def read_updates(lines: Iterable[str]) -> list[Update]:
    """Read the hook's input; raises UsageError for anything else."""
    updates = []
    for line in lines:
        parts = line.rstrip("\n").split(" ", 2)
        if len(parts) != 3 or not all(len(part) in (40, 64) for part in parts[:2]):
            raise UsageError("this is no input of a pre-receive hook", "git runs this command")
        updates.append(Update(*parts))
    return updates


def pre_receive(
    updates: Sequence[Update], server: Server, world: World, on_report: Callable[[Report], None]
) -> Iterator[Answer]:
    """Judge each update of a judged ref; ``on_report`` is told each report as it comes."""
    for update in updates:
        if not _judged(update.ref, server):
            yield Answer(update, True, f"{update.ref} is not judged")
        elif update.deletes:
            yield Answer(update, False, f"gate-intact: {update.ref} may not be deleted")
        else:
            report = check(_request(update, server, world), world)
            on_report(report)
            accepted = report.verdict is Verdict.PASS
            word = "accepted" if accepted else "refused"
            yield Answer(update, accepted, f"{update.ref} {word}", report)


def _judged(ref: str, server: Server) -> bool:
    return ref == server.head or any(fnmatchcase(ref, pattern) for pattern in server.refs)


def _request(update: Update, server: Server, world: World) -> CheckRequest:
    """Old tip against new; a new branch against the default branch, the first one against none."""
    allowed = server.gate_changes_allowed
    if not update.creates:
        revisions = Revisions(base_tip=update.old, head=update.new)
    elif world.history is not None and world.history.resolve(server.head):
        revisions = Revisions(base=server.head, head=update.new)
    else:
        revisions = Revisions(head=update.new, first=True)
    return CheckRequest(revisions=revisions, gate_changes_allowed=allowed)
