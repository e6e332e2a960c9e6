"""Refuses an entry that nobody of ACME owns.

What it does: wants an owner in `owners` whose contact ends with `@acme.example`.

Why this is bad: who is called at night?

Example: an entry without `owners`.

Use instead: `owners: [{name: Risk, contact: risk@acme.example}]`.
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.findings import Outcome, Phase, Problem, Severity
from registrar.domain.metadata import mapping, sequence, text
from registrar.domain.places import At
from registrar.reading.entry import Entry
from registrar.rules.rule import Judging, Rule


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Look for one owner of ACME."""
    document = entry.metadata_document
    if document is None or not document.readable:
        return  # metadata-readable has told it
    owners = sequence(mapping(document.data).get("owners"))
    contacts = [text(mapping(owner).get("contact")) or "" for owner in owners]
    if not any(contact.endswith("@acme.example") for contact in contacts):
        hint = "owners: [{name: …, contact: …@acme.example}]"
        yield Problem("nobody of ACME owns it", hint, At(entry.metadata_names[0], ("owners",)))


RULE = Rule(
    name="acme-owner",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="somebody of ACME owns the entry",
    entry=check,
    url="https://wiki.acme.example/registry#owner",
    doc=__doc__ or "",
)
