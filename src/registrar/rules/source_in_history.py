"""Refuses an entry of this repository's own code whose commit is not in its history.

What it does: where `source.repository` is `.`, wants `source.commit` to be an ancestor of the
base, or of HEAD where there is no base. There, a commit that the default branch of the remote
does not have yet is a warning: with a base it is refused.

Why this is bad: squash merges and rebases make the commits of a branch unreachable; git then
deletes them, and nobody can ever see the code that made the model.

Example: a model trained on a feature branch that is squashed when it is merged.

Use instead: merge the training code first, train from the main branch, then add the entry.
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.digests import is_commit
from registrar.domain.findings import Blocked, Outcome, Phase, Problem, Severity
from registrar.domain.places import At
from registrar.ports import Ancestry
from registrar.rules.rule import Change, Record, Rule


def check(change: Change) -> Iterator[tuple[str | None, Outcome]]:
    """Ask for all commits at once."""
    asked = [
        r for r in change.records.values() if r.repository == "." and is_commit(r.commit or "")
    ]
    if not asked:
        return
    if change.blocked is not None or change.history is None:
        for record in asked:
            yield record.folder, Blocked(change.blocked or "there is no git history here")
        return
    commits = [record.commit or "" for record in asked]
    answers = change.history.ancestry(commits, change.tip) if change.tip else {}
    fresh = [r.commit or "" for r in asked if change.before is None or r.folder in change.changed]
    later = change.history.ancestry(fresh, change.upstream) if fresh and change.upstream else {}
    shallow = change.history.shallow
    for record in asked:
        answer = answers.get(record.commit or "", Ancestry.ABSENT)
        if answer is Ancestry.YES:
            if later.get(record.commit or "") is Ancestry.NO:
                yield record.folder, _early(record)
            continue
        if shallow:
            reason = "this is a shallow clone; run git fetch --unshallow"
            yield record.folder, Blocked(reason)
        else:
            yield record.folder, _problem(record, answer, change)


def _early(record: Record) -> Problem:
    """The commit is in the branch here, and not yet in the one that will judge it."""
    short = (record.commit or "")[:12]
    at = At(record.metadata_file, ("source", "commit"))
    message = f"commit {short} is not in the protected branch as it was last fetched: it is refused"
    hint = "git fetch, if its code is merged; else merge that first, without squash or rebase"
    return Problem(f"{message} until it is", hint, at, Severity.WARNING)


def _problem(record: Record, answer: Ancestry, change: Change) -> Problem:
    short = (record.commit or "")[:12]
    at = At(record.metadata_file, ("source", "commit"))
    if change.tip is None:
        return Problem("this repository has no commit yet", "commit the training code first", at)
    hint = "merge the training code first, train from the main branch, and name that commit"
    if answer is Ancestry.ABSENT:
        return Problem(f"commit {short} is not in this repository", hint, at)
    where = f"the base ({change.tip[:12]})" if change.has_base else f"HEAD ({change.tip[:12]})"
    return Problem(f"commit {short} is not an ancestor of {where}", hint, at)


RULE = Rule(
    name="source-in-history",
    phase=Phase.HISTORY,
    severity=Severity.ERROR,
    summary="with `repository: .`, the commit is an ancestor of the base",
    change=check,
)
