"""Refuses a model card that says something else than the metadata or the metrics.

What it does: compares what both say, in four places.

1. Front matter: `license` (as the Hugging Face hub writes it: lower case, families, `other`),
   `base_model`, `pipeline_tag` against `task`, `version`, and the values of `model-index` whose
   metric and split are in the metrics file, where all are of one data set. A card that names one
   side of an `OR` is right; of a list, everything must be named by the metadata and the weights'
   licences must be in it. Front matter that is no YAML is refused. `library_name`, `datasets`,
   `metrics` and `tags` may differ and both be right: they are not compared.
2. The license section: refused where it names a licence that the metadata names nowhere (weights,
   code, data, base models, dataset manifests) and does not name the one of the weights. Named is
   an SPDX id with hyphen and digit, an id alone on its line or in code marks, "MIT License", the
   address of a licence, the name in words with its version; MIT in a sentence may be a
   university, and is none. What a clause, row, line or heading gives to the code, the data or the
   base model alone says nothing of the weights, neither for nor against.
3. Tables of the evaluation section: a row whose first cell is a key of the metrics file
   (`test.accuracy`, or `accuracy` where one key ends so) with a figure in a column called "value"
   or the like, after the split, or after this model. The only figure of its row under another name
   is a warning: it may be a requirement, or another model's. Figures are compared at their own
   precision: 0.93 agrees with 0.9279, 93% with 0.93. Intervals, ranges and bounds are not compared.
   Below a heading of another split nothing is compared; what stands below another version, a
   year, a baseline, a variant (quantized, zero-shot) or the name of a data set that the entry
   does not have is a warning. An error rate such as `wer` or `mape` may be 0.05, 5% or 5; below
   "%" in a column, a unit, a heading or the sentence above, a figure may be a percentage or not.
4. The title: a first heading that is name and version of another entry, as in `# wine 1.1.0` in
   wine-1.0.0, is a warning. Whether the title alone was left from a copy, or the whole card is
   about the other model, only a person can tell. Any other title is free.

`registrar fix` writes the measured value at the card's precision, where it says what was measured
and not more, and the metadata's licence, task or version in the front matter. It never touches
prose, a `model-index`, or what is only a warning.

Why this is bad: people read the card, programs read the metadata. Where they differ, somebody
uses a model under a licence that it does not have, or for an accuracy that it never reached.

Example: `metrics.json` has 0.9259, and the card

    | metric | test |
    | --- | --- |
    | accuracy | 0.95 |

Use instead:

    | metric | test |
    | --- | --- |
    | accuracy | 0.93 |
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.findings import Edit, Fix, Outcome, Phase, Problem, Severity
from registrar.domain.places import At
from registrar.reading.card import Card
from registrar.reading.card_licence import licence_contradictions
from registrar.reading.card_quickly import tables_plainly_agree
from registrar.reading.card_title import other_title
from registrar.reading.contradictions import Contradiction, Facts
from registrar.reading.entry import CARD_NAME, Entry
from registrar.rules.rule import Judging, Rule


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Read the front matter, then hold all that the card says against the facts."""
    card = entry.card
    if card is None:
        return
    document = card.front_document
    if document is not None:
        for flaw in document.flaws:
            message = f"the front matter cannot be read: {flaw.message}"
            yield Problem(message, flaw.hint, At(CARD_NAME, span=flaw.span))
    if entry.name is not None:
        title = other_title(card, entry.name)
        if title is not None:
            yield _problem(title)
    facts = _facts(entry)
    if facts is not None:
        for found in _contradictions(card, facts):
            yield _problem(found)


def _contradictions(card: Card, facts: Facts) -> Iterator[Contradiction]:
    if card.front_document is not None and card.front_document.readable:
        from registrar.reading.card_front import front_contradictions  # few cards have one

        yield from front_contradictions(card, card.front_document, facts)
    yield from licence_contradictions(card, facts)
    if not tables_plainly_agree(card, facts.measured):
        from registrar.reading.card_tables import table_contradictions  # most plainly agree

        yield from table_contradictions(card, facts)


def _facts(entry: Entry) -> Facts | None:
    metadata = entry.metadata
    if metadata is None:
        return None
    version = metadata.version or (str(entry.name.version) if entry.name else None)
    path = metadata.metrics_path or ""
    licences, names = entry.data_licences, entry.data_names
    return Facts(metadata, version, entry.measured, path, licences, names)


def _problem(found: Contradiction) -> Problem:
    fix, severity = None, None if found.sure else Severity.WARNING
    if found.mended is not None and found.at is not None:
        title = "say in the card what the metadata and the metrics say"
        fix = Fix(title, (Edit(CARD_NAME, found.at, found.mended),))
    return Problem(found.message, found.hint, At(CARD_NAME, span=found.span), severity, fix)


RULE = Rule(
    name="card-consistent",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="the card agrees with the metadata and the metrics",
    entry=check,
    fixable=True,
)
