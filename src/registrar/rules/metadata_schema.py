"""Refuses metadata that the registry's schema does not allow.

What it does: holds the metadata against `model_registry/MODEL_METADATA_SCHEMA.json` of the
base. Scalars are not coerced: what a YAML reader would take for a number, a date or a truth
value must be quoted where text is wanted. Text is one line, except in keys of your own (`x-…`);
paths stay inside the entry.

Why this is bad: a misspelt key is a missing fact that nobody misses until an audit.

Example:

    licence: MIT
    version: 1.10

Use instead:

    license: MIT
    version: "1.10.0"
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from registrar.domain.findings import Outcome, Phase, Problem, Severity
from registrar.domain.metadata import mapping, sequence
from registrar.domain.paths import path_fault
from registrar.domain.places import At, Route, dotted
from registrar.reading.entry import Entry
from registrar.reading.schema_messages import schema_flaws
from registrar.rules.rule import Judging, Rule

OWNED = {
    ("source", "commit"): "source-pinned",
    ("source", "repository"): "source-pinned",
    ("training_hash",): "training-hash",
    ("license",): "license-valid",
}
"""Fields whose form another rule explains better; missing or of another type stays here."""

_FORM = frozenset(("pattern", "minLength", "maxLength"))


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Tell everything that the schema refuses, and what it cannot say: lines and paths."""
    document = entry.metadata_document
    if document is None or not document.readable:
        return
    file = entry.metadata_names[0]
    told: set[Route] = set()
    for route, keyword, flaw in schema_flaws(judging.schema, document):
        told.add(route)
        if not (route in OWNED and keyword in _FORM):
            yield Problem(flaw.message, flaw.hint, At(file, route, span=flaw.span))
    for route in document.multiline:
        if route not in told and not any(str(step).startswith("x-") for step in route):
            message = f"{dotted(route)} has more than one line"
            yield Problem(message, "write it on one line", At(file, route))
    for route, value in _paths(document.data):
        fault = path_fault(value)
        if route[0] == "files" and value.endswith("/"):
            fault = fault or "ends with '/', and is no file"
        if fault and route not in told:
            hint = "name a file in the entry's folder, relative to it"
            if route[0] == "source":
                hint = "name a file of the training repository, relative to its top"
            yield Problem(f'{dotted(route)}: the path "{value}" {fault}', hint, At(file, route))


def _paths(data: Any) -> Iterator[tuple[Route, str]]:
    """Every value that names a file of the entry."""
    top = mapping(data)
    smoke = mapping(top.get("smoke_test"))
    manifests = top.get("dataset_manifest")
    named: list[tuple[Route, Any]] = [
        (("artifact",), top.get("artifact")),
        (("source", "path"), mapping(top.get("source")).get("path")),
        (("evaluation", "metrics"), mapping(top.get("evaluation")).get("metrics")),
        (("smoke_test", "input"), smoke.get("input")),
        (("smoke_test", "expected"), smoke.get("expected")),
    ]
    for index, item in enumerate(sequence(top.get("files"))):
        named.append((("files", index, "path"), mapping(item).get("path")))
    if isinstance(manifests, list):
        named += [(("dataset_manifest", i), item) for i, item in enumerate(manifests)]
    else:
        named.append((("dataset_manifest",), manifests))
    for route, value in named:
        if isinstance(value, str) and not (route[0] == "dataset_manifest" and "://" in value):
            yield route, value


RULE = Rule(
    name="metadata-schema",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="the metadata is what the registry's schema allows",
    entry=check,
)
