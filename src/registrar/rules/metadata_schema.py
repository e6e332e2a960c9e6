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

from registrar.domain.findings import Fix, Outcome, Phase, Problem, Severity
from registrar.domain.metadata import mapping, sequence
from registrar.domain.paths import path_fault
from registrar.domain.places import At, Route, dotted
from registrar.reading.corrections import add_key, quoted
from registrar.reading.entry import Entry
from registrar.reading.proofs import bytes_of, proven_files
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
            fix = quoted(file, flaw) or _recorded(entry, file, route, keyword)
            yield Problem(flaw.message, flaw.hint, At(file, route, span=flaw.span), fix=fix)
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


def _recorded(entry: Entry, file: str, route: Route, keyword: str) -> Fix | None:
    """A missing SHA-256 or size of ``files``, where the bytes here are proven to be meant.

    A size needs the recorded SHA-256 of the file; a SHA-256 that ``training_hash`` is the digest
    of all of them.
    """
    document = entry.metadata_document
    if document is None or keyword != "required" or route[:1] != ("files",) or len(route) != 3:
        return None
    item = mapping(sequence(mapping(document.data)["files"])[int(route[1])])
    path, sha256, key = item.get("path"), item.get("sha256"), route[2]
    if type(path) is not str or path_fault(path) or key not in ("sha256", "size"):
        return None
    content = bytes_of(entry, path) if sha256 is not None else proven_files(entry).get(path)
    if content is None or sha256 not in (None, content.sha256):
        return None
    value = content.size if key == "size" else content.sha256
    beside = (*route[:2], "path" if sha256 is None else "sha256")
    edit = add_key(file, document, beside, str(key), value)
    return Fix(f"add {key}: {value}", (edit,)) if edit else None


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
    fixable=True,
)
