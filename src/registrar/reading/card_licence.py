"""The license section of a card against the licences of the metadata."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from registrar.domain.licences import Leaf, With, leaves
from registrar.reading.card import Card
from registrar.reading.contradictions import Contradiction, Facts, expression
from registrar.reading.markdown_document import Kind

if TYPE_CHECKING:
    from registrar.reading.licences_in_prose import Named

SECTION = "license"
_MOST_LINES = 1_000
_MOST_TEXT = 50_000
"""A longer section is not looked into: whole texts of licences name many others."""


def licence_contradictions(card: Card, facts: Facts) -> Iterator[Contradiction]:
    """A section that names a licence unknown to the metadata, and not the one of the weights."""
    own = expression(facts.metadata.license)
    quick = card.quick_text(SECTION)
    if own is None or (quick is not None and quick.strip() in ("", facts.metadata.license)):
        return
    lines = card.section(SECTION)
    if len(lines) > _MOST_LINES or sum(len(line.text) for line in lines) > _MOST_TEXT:
        return
    # few cards come here: most only name the licence
    from registrar.reading.hub_licences import hub
    from registrar.reading.licence_subjects import Subjects
    from registrar.reading.licences_in_prose import mentions, named_licences, same_family

    trees = [tree for text in facts.licences if (tree := expression(text))]
    known = {same_family(_id(leaf)) for tree in trees for leaf in leaves(tree)}
    named = named_licences(lines, card.lines)
    foreign = [item for item in named if same_family(item.id.partition(" with ")[0]) not in known]
    foreign = [item for item in foreign if not _maybe_ours(item, known, hub().meant)]
    subjects = Subjects(named, lines)
    foreign = subjects.of_the_model(foreign)
    texts = everything = [line.text for line in lines if line.kind is not Kind.HTML]
    if any(map(subjects.surely_of_the_model, foreign)):  # then "Code: MIT" is no answer
        texts = [clause.text for clause in subjects.clauses if not clause.elsewhere]
    if not foreign or any(mentions(texts, _id(leaf), foreign) for leaf in leaves(own)):
        return
    apart = any(mentions(everything, _id(leaf), foreign) for leaf in leaves(own))
    names = ", ".join(dict.fromkeys(item.shown for item in foreign[:5]))
    weights = facts.metadata.license
    message = f"the license section names {names} and not {weights}, the licence in the metadata"
    if apart:
        message = f"the license section names {names} for the model, the metadata {weights}"
    hint = "name the licence of the weights here, or mend the metadata if this one is right"
    yield Contradiction(message, hint, foreign[0].span)


def _maybe_ours(item: Named, known: set[str], of_hub: Collection[str]) -> bool:
    """Tell a name of the hub that may be what the metadata calls by a LicenseRef of its own."""
    spelled = item.shown.lower().startswith("licenseref-") or not item.id.startswith("licenseref-")
    return not spelled and any(
        name.startswith("licenseref-") and name not in of_hub for name in known
    )


def _id(leaf: Leaf) -> str:
    return str(leaf.license if isinstance(leaf, With) else leaf).lower()
