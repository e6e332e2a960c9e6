"""Refuses a dataset whose splits share data.

What it does: refuses one file or folder (by its digest) in two splits that are not told apart by
rows, and one `rows_sha256` in two splits, over all manifests of the entry. Folders that are listed
by one digest (`file_sets`) are compared by it alone; a note says so.

Why this is bad: a model that has seen its test data reports a metric that means nothing.

Example:

    files:
    - {path: train.csv, sha256: 2c26…, bytes: 10, split: train}
    - {path: test.csv, sha256: 2c26…, bytes: 10, split: test}

Use instead: disjoint files, or disjoint rows:

    splits:
      train: {of: wine.csv, rows: 142, rows_sha256: 7d86…}
      test: {of: wine.csv, rows: 36, rows_sha256: 9f64…}
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from registrar.domain.findings import Outcome, Phase, Problem, Severity
from registrar.domain.places import At
from registrar.reading.entry import Entry
from registrar.reading.manifest import Manifest
from registrar.rules.rule import Judging, Rule

_HINT = "split the data so that no row is in two splits, train and measure again"


@dataclass(frozen=True, slots=True)
class _Part:
    """Some data of one split: a whole file or folder, or rows of a file."""

    digest: str | None
    """Of the whole file or folder; None where only rows are told."""
    rows: str | None
    split: str
    at: At
    untold: bool = False
    """A number of rows that nothing tells from others."""


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Compare all splits of all manifests that are here."""
    parts: list[_Part] = []
    sets: dict[str, str] = {}
    for ref in entry.local_manifests:
        manifest = entry.manifest(ref.target)
        if manifest is not None:
            parts += _parts(manifest, ref.target)
            sets |= {item.name or "": item.split for item in manifest.file_sets if item.split}
    yield from _shared(parts)
    splits = {part.split for part in parts if part.rows is None}
    if len({*sets.values(), *splits}) > 1 and sets:
        names = ", ".join(sorted(sets)[:5])
        message = f"{names}: listed by one digest each, so their files were not compared"
        hint = "list the files one by one where a leak would matter"
        yield Problem(message, hint, At(entry.local_manifests[0].target), Severity.NOTE)


def _shared(parts: list[_Part]) -> Iterator[Outcome]:
    """The same rows in two splits, or a whole file in one and anything of it in another."""
    by_rows: dict[str, _Part] = {}
    whole: dict[str, _Part] = {}
    some: dict[str, _Part] = {}
    for part in parts:
        others: list[_Part | None] = []
        if part.rows is not None:
            others.append(by_rows.setdefault(part.rows, part))
        if part.digest is not None:
            others.append(whole.get(part.digest))
            if part.rows is None:
                others.append(some.get(part.digest))
            (some if part.rows else whole).setdefault(part.digest, part)
        other = next((one for one in others if one and one.split != part.split), None)
        if other is not None:
            yield _problem(other, part)


def _problem(other: _Part, part: _Part) -> Problem:
    if not (part.untold and other.untold):
        message = f'splits "{other.split}" and "{part.split}" hold the same data'
        return Problem(message, _HINT, part.at)
    message = f'splits "{other.split}" and "{part.split}" are of one file, and not told apart'
    hint = "add rows_sha256 to each: the SHA-256 of its rows"
    return Problem(message, hint, part.at)


def _parts(manifest: Manifest, path: str) -> Iterator[_Part]:
    """Everything that must be in one split only."""
    listed = (*manifest.files, *manifest.file_sets)
    by_name = {item.name: item.sha256 for item in listed}
    told_apart = {(split.name, split.of) for split in manifest.splits if split.rows_sha256}
    for item in listed:
        if item.sha256 and item.split and (item.split, item.name) not in told_apart:
            yield _Part(item.sha256, None, item.split, At(path, item.route))
    for split in manifest.splits:
        digest = by_name.get(split.of) if split.of is not None else None
        untold = split.rows is not None and not split.rows_sha256
        if digest or split.rows_sha256:
            at = At(path, split.route)
            yield _Part(digest, split.rows_sha256, split.name, at, untold)


RULE = Rule(
    name="dataset-leakage",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="no data is in two splits",
    entry=check,
)
