"""Refuses more than two new models in one change.

What it does: counts the entries of a change that were not there before.

Why this is bad: nobody reads the cards of ten models.

Example: a change that adds three entries.

Use instead: one change for each model.
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.findings import Outcome, Phase, Problem, Severity
from registrar.rules.rule import Change, Rule


def check(change: Change) -> Iterator[tuple[str | None, Outcome]]:
    """Count the new entries of the change."""
    if change.before is None:
        return
    root = change.policy.root
    new = [f for f in change.records if change.before.node(f"{root}/{f}") is None]
    if len(new) > 2:
        yield None, Problem(f"{len(new)} new models in one change", "split it")


RULE = Rule(
    name="acme-pace",
    phase=Phase.HISTORY,
    severity=Severity.WARNING,
    summary="at most two new models in one change",
    change=check,
    doc=__doc__ or "",
)
