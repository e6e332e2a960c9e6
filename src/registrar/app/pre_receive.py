"""The gate of a plain git server: one push, judged before any ref moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from registrar.app.asking import CheckRequest
from registrar.app.check import check
from registrar.app.comparison import Revisions
from registrar.domain.pushes import Server, Update
from registrar.domain.report import Report, Verdict
from registrar.errors import UsageError
from registrar.ports import World
from registrar.reading.policy import POLICY_NAME


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
    """Judge each update of a judged ref; ``on_report`` is told each report as it comes.

    Raises UsageError where the server's HEAD names no branch and nothing else is configured, or
    names one that is not there beside judged ones that are: it would be open to every push.
    """
    if not server.head and not server.refs:
        hint = "on the server: git symbolic-ref HEAD refs/heads/main"
        raise UsageError("HEAD of this repository names no branch, so nothing is judged", hint)
    for update in updates:
        if not server.judges(update.ref):
            yield Answer(update, True, _passed_by(update, server))
        elif update.deletes:
            yield Answer(update, False, f"gate-intact: {update.ref} may not be deleted")
        else:
            report = check(_request(update, server, world), world)
            on_report(report)
            accepted = report.verdict is Verdict.PASS
            yield Answer(update, accepted, _line(update, server, accepted), report)


def _line(update: Update, server: Server, accepted: bool) -> str:
    if accepted:
        return f"{update.ref} accepted"
    if update.creates and server.is_new:
        return (
            f"{update.ref} refused; the first push is judged by the built-in policy: "
            "push registrar.toml alone first, then the models"
        )
    return f"{update.ref} refused"


def _passed_by(update: Update, server: Server) -> str:
    judged = " ".join([*filter(None, [server.head]), *server.refs])
    line = f"{update.ref} is not judged; judged here: {judged}"
    if server.head and server.head not in server.known:
        line += " (HEAD of the server names it, and it is not there yet)"
    return line


def _request(update: Update, server: Server, world: World) -> CheckRequest:
    """Old tip against new; a new branch against the default branch, the first one against none.

    A branch whose old tip has no policy is judged by the policy of the default branch, so that
    no branch of a repository with a policy chooses its own.
    """
    allowed = server.gate_changes_allowed
    head = server.head if server.head in server.known else None
    if not update.creates:
        lender = head if head is not None and not _has_policy(update.old, world) else None
        revisions = Revisions(base_tip=update.old, head=update.new, policy_from=lender)
    elif head is not None:
        revisions = Revisions(base=head, head=update.new)
    elif server.is_new or update.ref == server.head:
        revisions = Revisions(head=update.new, first=True)
    else:
        hint = "on the server: git symbolic-ref HEAD <the branch that judges new ones>"
        raise UsageError(f"HEAD names {server.head or 'no branch'}, which is not there", hint)
    return CheckRequest(revisions=revisions, gate_changes_allowed=allowed)


def _has_policy(commit: str, world: World) -> bool:
    if world.history is None:
        return False
    with closing(world.history.tree(commit)) as tree:
        return tree.node(POLICY_NAME) is not None
