"""Refuses an entry without a model card that a person can use.

What it does: wants `MODEL_CARD.md` with seven sections, by their heading or a known alias: model
description, intended use, limitations, dataset sources, evaluation metrics, license, contact.
A section that is empty, a placeholder, or a sentence of the template is missing. `license` in
the front matter stands for the license section. The mark `[to be written]` that `registrar add`
leaves is refused wherever a page shows it, also beside prose: the card itself says that somebody
has not finished it.

Why this is bad: the numbers say how good a model is on its test set. Only a person can say what
it must not be used for.

Example:

    ## Limitations

    TODO

Use instead: two sentences about where it fails, or `N/A, because` and the reason. The whole card:

    # Wine cultivar 1.2.0
    ## Model description
    ## Intended use
    ## Limitations
    ## Dataset sources
    ## Evaluation metrics
    ## License
    ## Contact
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.findings import Outcome, Phase, Problem, Severity
from registrar.domain.places import At
from registrar.domain.trees import Kind
from registrar.reading.entry import CARD_NAME, Entry
from registrar.rules.rule import Judging, Rule


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Tell every section that is missing or says nothing."""
    if entry.node is not None and entry.node.kind is not Kind.FOLDER:
        return
    if CARD_NAME not in entry.nodes:
        near = [path for path in entry.files if path.lower() == CARD_NAME.lower()]
        hint = "copy docs/model_card_template.md, or what registrar rules card-sections shows"
        hint = f"rename {near[0]} to {CARD_NAME}" if near else hint
        yield Problem(f"there is no {CARD_NAME}", hint)
        return
    if CARD_NAME not in entry.files:
        return  # entry-files has refused what stands there
    for flaw in entry.card_text[1]:
        yield Problem(flaw.message, flaw.hint, At(CARD_NAME, span=flaw.span))
    if entry.card is not None:
        for problem in entry.card.problems:
            yield Problem(problem.message, problem.hint, At(CARD_NAME, span=problem.span))


RULE = Rule(
    name="card-sections",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="a model card with seven sections that say something",
    entry=check,
    configurable="severity, [card] profile",
)
