"""Refuses a change that touches the judge together with what is judged, or breaks the judge.

What it does: refuses models and gate files in one change, gate files of the head that are not
valid, the removal of the policy, a baseline that grew, and a push that rewrites history. Gate files
are the policy, waivers, baseline, schema, the workflows and ruleset of the registry, CODEOWNERS,
the program and its requirements, and the DVC configuration. A baseline that only shrinks may go
with models. Where a change touches gate files, all entries are judged once more under the new
ones, and what would newly fail is told as a note. The registry's root must be a folder, without
`.gitattributes` in it.

Why this is bad: a pull request that may edit the validator that judges it is not judged.

Example: one pull request that adds `pickle` to the formats and a pickle to the registry.

Use instead: two, the first reviewed by those who own the policy.
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.findings import Blocked, Outcome, Phase, Problem, Severity
from registrar.domain.places import At
from registrar.reading.policy import POLICY_NAME
from registrar.rules.rule import Change, Rule


def check(change: Change) -> Iterator[tuple[str | None, Outcome]]:
    """Judge the gate files of the change."""
    for path, fault, hint in change.top_faults:
        yield None, Problem(fault, hint, _at(path))
    if change.before is None:
        if change.blocked is not None and change.has_base:
            yield None, Blocked(change.blocked)
        return
    if change.rewritten:
        hint = "push without --force: merge or rebase onto the present tip"
        yield None, Problem("the head does not descend from the old tip", hint)
        return  # what differs is the doing of both sides, and none of it is judged one by one
    names = [file.path for file in change.gate_files if file.changed and not file.shrinks]
    if names and change.changed and change.base_has_policy:
        entries = ", ".join(sorted(change.changed)[:5])
        message = f"models ({entries}) and gate files ({', '.join(names)}) change together"
        yield (
            None,
            Problem(message, "split it in two: first the gate, then the models", _at(names[0])),
        )
    if names and not change.gate_changes_allowed and not change.first_policy:
        message = f"this server takes no push that changes gate files ({', '.join(names)})"
        hint = "its administrator allows it: git config registrar.gateChanges allow"
        yield None, Problem(message, hint, _at(names[0]))
    for file in change.gate_files:
        for flaw in file.flaws:
            at = At(file.path, span=flaw.span, absolute=True)
            yield None, Problem(f"{file.path} would not be valid: {flaw.message}", flaw.hint, at)
        for flaw in file.grown:
            at = At(file.path, span=flaw.span, absolute=True)
            yield None, Problem(flaw.message, flaw.hint, at)
    if change.before.node(POLICY_NAME) and change.head.node(POLICY_NAME) is None:
        hint = "restore it; who owns the gate takes it away around the gate"
        message = f"{POLICY_NAME} is removed: nothing that you decided would judge any more"
        yield None, Problem(message, hint, _at(POLICY_NAME))
    if change.left_behind:
        yield None, _left_behind(change.left_behind, change)
    if change.newly_failing:
        count = change.newly_failing
        message = (
            f"{count} {'entry' if count == 1 else 'entries'} would newly fail under this policy"
        )
        hint = "run registrar check on this branch without --base to see them"
        yield None, Problem(message, hint, _at(change.gate_files[0].path), Severity.NOTE)


def _left_behind(count: int, change: Change) -> Problem:
    entries = "1 entry" if count == 1 else f"{count} entries"
    message = f"{entries} in {change.policy.root} would no longer be judged by anybody"
    hint = "the new root is another folder; move them in a change before"
    return Problem(message, hint, _at("registrar.toml"), Severity.NOTE)


def _at(path: str) -> At:
    return At(path, absolute=True)


RULE = Rule(
    name="gate-intact",
    phase=Phase.HISTORY,
    severity=Severity.ERROR,
    summary="the judge does not change together with what it judges",
    change=check,
)
