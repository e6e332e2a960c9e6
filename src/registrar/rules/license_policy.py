"""Refuses a licence of the weights that the policy does not allow.

What it does: evaluates the expression against `[license] allow`: of `OR` one side must be
allowed, of `AND` all; an exception added by `WITH` only widens what its licence allows.
Without an allow list every licence passes.

Why this is bad: a licence that the organisation may not use is found by its lawyers, later.

Example:

    license: CC-BY-NC-4.0

Use instead: a model under a licence of the list, or a waiver with a reason and an owner.
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.findings import Outcome, Phase, Problem, Severity
from registrar.domain.licences import allowed, refused_branches
from registrar.domain.places import At
from registrar.reading.entry import Entry
from registrar.reading.spdx import SpdxError, parse
from registrar.rules.rule import Judging, Rule


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Judge the licence of the weights."""
    allow = judging.policy.license_allow
    if entry.metadata is None or entry.metadata.license is None or allow is None:
        return
    try:
        expression = parse(entry.metadata.license)
    except SpdxError:
        return
    if not allowed(expression, allow):
        refused = ", ".join(str(leaf) for leaf in refused_branches(expression, allow))
        hint = f"the policy allows {', '.join(allow)}" if allow else "the policy allows none"
        yield Problem(
            f"{refused} is not allowed here", hint, At(entry.metadata_names[0], ("license",))
        )


RULE = Rule(
    name="license-policy",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="the policy allows the licence of the weights",
    entry=check,
    configurable="severity, [license] allow",
)
