"""Refuses metadata that is missing, given twice, or not strictly readable.

What it does: wants exactly one of `metadata.yaml`, `metadata.yml`, `metadata.json`, in UTF-8,
with no duplicate keys, anchors, aliases, tags, merge keys, control characters, Markdown fence,
or more than 1 MiB, 32 levels or 10,000 values.

Why this is bad: readers disagree about all of these. What one of them takes for the licence or
the commit another takes for something else, and nobody sees it.

Example:

    license: MIT
    license: Apache-2.0

Use instead: each key once.
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.findings import Outcome, Phase, Problem, Severity
from registrar.domain.places import At
from registrar.domain.trees import Kind
from registrar.reading.entry import METADATA_NAMES, Entry
from registrar.rules.rule import Judging, Rule


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Read the metadata and tell every flaw of its text."""
    if entry.node is not None and entry.node.kind is not Kind.FOLDER:
        return
    names = entry.metadata_names
    if not names:
        others = [path for path in entry.files if path.lower() in METADATA_NAMES]
        hint = "write metadata.yaml with source, dataset_manifest, training_hash, license, artifact"
        yield Problem("there is no metadata.yaml", f"rename {others[0]}" if others else hint)
    elif len(names) > 1:
        yield Problem(f"{' and '.join(names)} are both here", "keep one", At(names[1]))
    elif entry.nodes[names[0]].kind is Kind.FILE and entry.metadata_document is not None:
        for flaw in entry.metadata_document.flaws:
            yield Problem(flaw.message, flaw.hint, At(names[0], span=flaw.span))


RULE = Rule(
    name="metadata-readable",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="exactly one metadata file, strictly readable",
    entry=check,
)
