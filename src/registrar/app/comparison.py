"""Who judges, what is judged, and with what it is compared: base, head, and old tip."""

from __future__ import annotations

from dataclasses import dataclass

from registrar.errors import RevisionError, UsageError
from registrar.ports import Ancestry, History, Tree, World

SHALLOW = "this is a shallow clone; run git fetch --unshallow"
CROSSED = (
    "base and head have several merge bases; merge the base into the branch, then there is one"
)
SPARSE = "this is a sparse checkout; judge a revision (--head HEAD), or git sparse-checkout disable"


@dataclass(frozen=True, slots=True)
class Revisions:
    """The revisions that were asked for on the command line."""

    base: str | None = None
    base_tip: str | None = None
    head: str | None = None
    policy_from: str | None = None
    first: bool = False
    """True for the first push into an empty repository: only the built-in policy can judge."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The trees of a check; commits are full hashes."""

    head: Tree
    head_commit: str | None
    judge: Tree | None
    """None where only the built-in policy can judge."""
    judge_source: str
    before: Tree | None
    """The merge base, or the old tip itself; None where nothing is compared."""
    tip: str | None
    """What source commits must be an ancestor of."""
    upstream: str | None
    """Where there is no base: the protected branch, as far as it is known here."""
    base_commit: str | None
    has_base: bool
    rewritten: bool = False
    blocked: str | None = None
    """Why history cannot be asked."""

    @property
    def trees(self) -> list[Tree]:
        """All trees, to be closed."""
        return [tree for tree in (self.head, self.judge, self.before) if tree is not None]


def compare(asked: Revisions, world: World) -> Comparison:
    """Resolve the revisions; raises RevisionError and UsageError."""
    with_base = asked.base is not None or asked.base_tip is not None
    if asked.base is not None and asked.base_tip is not None:
        raise UsageError("--base and --base-tip exclude each other", "give one of them")
    if asked.head is not None and not (with_base or asked.first):
        raise UsageError("--head needs --base or --base-tip", "name the revision that judges")
    names = (asked.base, asked.base_tip, asked.head, asked.policy_from)
    wanted = [name for name in names if name is not None]
    if wanted and world.history is None:
        reason = f'"{wanted[0]}" cannot be resolved: {world.history_reason}'
        raise RevisionError(reason, "run it in a git repository")
    if with_base:
        return _with_base(asked, world)
    return _first(asked, world) if asked.first else _without_base(asked, world)


def _with_base(asked: Revisions, world: World) -> Comparison:
    history = _history(world)
    if asked.base is not None:
        base = _resolve(history, asked.base, "--base")
    else:
        base = _resolve(history, asked.base_tip, "--base-tip")
    head_commit = _resolve(history, asked.head, "--head") if asked.head is not None else None
    head = history.tree(head_commit) if head_commit else _work_tree(world)
    against = head_commit or history.resolve("HEAD")
    blocked = SHALLOW if history.shallow else None
    if asked.head is None and history.sparse:
        blocked = SPARSE
    before, rewritten = base, False
    if against is not None and asked.base is None:
        rewritten = history.ancestry([base], against)[base] is not Ancestry.YES
    elif against is not None:
        found = history.merge_bases(base, against)
        if not found and blocked is None:
            blocked = "base and head have no common history"
        if len(found) > 1 and blocked is None:
            blocked = CROSSED  # what is reverted to one of them would not be seen
        before = found[0] if found else base
    judge = base
    if asked.policy_from is not None:
        judge = _resolve(history, asked.policy_from, "--policy-from")
    return Comparison(
        head=head,
        head_commit=head_commit,
        judge=history.tree(judge),
        judge_source="base" if asked.policy_from is None else "policy-from",
        before=history.tree(before),
        tip=base,
        upstream=None,
        base_commit=base,
        has_base=True,
        rewritten=rewritten,
        blocked=blocked,
    )


def _first(asked: Revisions, world: World) -> Comparison:
    history = _history(world)
    commit = _resolve(history, asked.head, "--head")
    return Comparison(
        head=history.tree(commit),
        head_commit=commit,
        judge=None,
        judge_source="built-in",
        before=history.empty_tree(),
        tip=commit,
        upstream=None,
        base_commit=None,
        has_base=True,
    )


def _without_base(asked: Revisions, world: World) -> Comparison:
    head, history = _work_tree(world), world.history
    judge, source = head, "work-tree"
    if asked.policy_from is not None:
        found = _history(world)
        judge = found.tree(_resolve(found, asked.policy_from, "--policy-from"))
        source = "policy-from"
    tip = history.resolve("HEAD") if history else None
    upstream = history.upstream() if history else None
    merge_base = None
    if history is not None and tip and upstream and not (history.shallow or history.sparse):
        found_bases = history.merge_bases(tip, upstream)
        merge_base = found_bases[0] if len(found_bases) == 1 else None
    return Comparison(
        head=head,
        head_commit=None,
        judge=judge,
        judge_source=source,
        before=history.tree(merge_base) if history and merge_base else None,
        tip=tip,
        upstream=upstream,
        base_commit=None,
        has_base=False,
        blocked=None if history else world.history_reason,
    )


def _history(world: World) -> History:
    if world.history is None:
        raise RevisionError(world.history_reason, "run it in a git repository")
    return world.history


def _work_tree(world: World) -> Tree:
    if world.work_tree is None:
        raise UsageError(
            "this is a bare repository, which has no work tree",
            "name what is judged: --base-tip OLD --head NEW",
        )
    return world.work_tree


def _resolve(history: History, revision: str | None, option: str) -> str:
    commit = history.resolve(revision or "")
    if commit is None:
        hint = "git fetch it first, or check the name"
        message = f'{option} "{revision}" is no commit of this repository'
        raise RevisionError(message, hint)
    return commit
