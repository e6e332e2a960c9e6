"""Refuses a base model without a full revision.

What it does: wants `revision` of each of `base_models` to be a full commit hash.

Why this is bad: a name on a hub can be deleted and registered again by somebody else; `main`
is whatever was pushed last.

Example:

    base_models: [{name: org/model, revision: main}]

Use instead:

    base_models: [{name: org/model, revision: 3f786850e387550fdab836ed7e6dc881de23001b}]
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.digests import is_commit
from registrar.domain.findings import Outcome, Phase, Problem, Severity
from registrar.domain.places import At
from registrar.reading.entry import Entry
from registrar.rules.rule import Judging, Rule

_HINT = "write the full commit hash of the base model's repository"


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Judge the revision of every base model."""
    if entry.metadata is None:
        return
    document, file = entry.metadata_document, entry.metadata_names[0]
    for model in entry.metadata.base_models:
        route = ("base_models", model.index)
        name = model.name or f"base model {model.index + 1}"
        if model.revision is None:
            items = document.data["base_models"] if document else []
            if isinstance(items[model.index], dict) and "revision" not in items[model.index]:
                yield Problem(f"{name} has no revision", _HINT, At(file, route))
        elif not is_commit(model.revision):
            message = f'{name}: revision "{model.revision}" is no full commit hash'
            yield Problem(message, _HINT, At(file, (*route, "revision")))


RULE = Rule(
    name="base-model-pinned",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="base models are pinned to a full revision",
    entry=check,
)
