"""Refuses a licence that is no SPDX licence expression.

What it does: parses `license`, `licenses.code`, `licenses.data` and the licences of base models
by the SPDX grammar and the bundled SPDX list. A `LicenseRef-<x>` needs its text in
`LICENSES/LicenseRef-<x>.txt`, in the entry or beside the entries. Deprecated ids are a
warning with the new one, ids in another case than the SPDX list's a note.

Why this is bad: "free for research" cannot be checked by anybody's tools, and a licence without
its text binds nobody.

Example:

    license: Apache 2

Use instead:

    license: Apache-2.0
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.findings import Fix, Outcome, Phase, Problem, Severity
from registrar.domain.licences import Expression, refs
from registrar.domain.places import At, Route, Span
from registrar.reading.corrections import rewrite
from registrar.reading.documents import lines_of
from registrar.reading.entry import Entry
from registrar.reading.spdx import SpdxError, deprecated, other_case, parse, places_of
from registrar.reading.spdx_list import or_later_of
from registrar.rules.rule import Judging, Rule


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Judge every licence that the metadata names."""
    if entry.metadata is None:
        return
    for route, text in _licenses(entry):
        try:
            expression = parse(text)
            if _plainly_good(text, expression):
                continue
        except SpdxError as error:
            at = At(entry.metadata_names[0], route)
            span = _inner(entry, at, text, error.start, error.end)
            yield Problem(error.message, error.hint, At(at.path, route, span=span))
            continue
        at = At(entry.metadata_names[0], route)
        for old, new in deprecated(expression):
            hint = _instead(old, new)
            fix = _or_later(entry, at, text, old, new)
            yield Problem(f"{old} is a deprecated SPDX id", hint, at, Severity.WARNING, fix)
        for start, end, right in other_case(text):
            message = f'"{text[start:end]}" is {right} on the SPDX list'
            span = _inner(entry, at, text, start, end)
            fix = _write(entry, at, [(start, end)], right)
            spot = At(at.path, route, span=span)
            yield Problem(message, f"write {right}", spot, Severity.NOTE, fix)
        for ref in refs(expression):
            file = f"LICENSES/{ref}.txt"
            own = entry.raw(file) if file in entry.files else b""
            here = isinstance(own, bytes) and bool(own.strip())
            if not here and f"{ref}.txt" not in judging.licence_texts:
                hint = f"put the text of the licence into {entry.path}/{file}"
                yield Problem(f"the text of {ref} is not here", hint, at)


def _instead(old: str, new: str | None) -> str:
    """What to write for a deprecated id; of the GNU licences the choice is the publisher's."""
    if new is None:
        return "see the SPDX list for what replaces it"
    later = or_later_of(new)
    return f"write {new}, or {later} where the terms say so" if later else f"write {new}"


def _plainly_good(text: str, expression: Expression) -> bool:
    """Tell that nothing would be said: most licences of a registry."""
    return not (deprecated(expression) or other_case(text) or any(refs(expression)))


def _or_later(entry: Entry, at: At, text: str, old: str, new: str | None) -> Fix | None:
    """The new id where it is certain: ``X+`` has always been "X or any later version".

    Whoever wrote ``GPL-2.0`` may not have known of the choice that the new ids force; others
    have a text that differs in a word.
    """
    if new is None or not old.endswith("+") or new != f"{old[:-1]}-or-later":
        return None
    return _write(entry, at, places_of(text, old), new)


def _write(entry: Entry, at: At, parts: list[tuple[int, int]], text: str) -> Fix | None:
    document = entry.metadata_document
    if document is None:
        return None
    found = [rewrite(at.path, document, at.route, text, part) for part in parts]
    edits = tuple(edit for edit in found if edit is not None)
    return Fix(f"write {text}", edits) if edits and len(edits) == len(found) else None


def _licenses(entry: Entry) -> list[tuple[Route, str]]:
    metadata = entry.metadata
    if metadata is None:
        return []
    found: list[tuple[Route, str | None]] = [
        (("license",), metadata.license),
        (("licenses", "code"), metadata.code_license),
    ]
    found += [(("licenses", "data", i), text) for i, text in enumerate(metadata.data_licenses)]
    found += [(("base_models", m.index, "license"), m.license) for m in metadata.base_models]
    return [(route, text) for route, text in found if text is not None]


def _inner(entry: Entry, at: At, text: str, start: int, end: int) -> Span | None:
    """The span of a part of the text, where the text stands in the document as it is."""
    span = entry.locate(at)
    document = entry.metadata_document
    if span is None or document is None or span.line != span.end_line:
        return span
    line = lines_of(document.text)[span.line - 1]
    found = line.find(text, span.column - 1)
    if found < 0 or not text or end <= start:
        return span
    return Span(span.line, found + start + 1, span.line, found + end + 1)


RULE = Rule(
    name="license-valid",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="licences are SPDX expressions; a LicenseRef has its text",
    entry=check,
    fixable=True,
)
