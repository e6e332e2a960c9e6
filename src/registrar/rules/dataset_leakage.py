"""Refuses a dataset whose splits share data.

What it does: refuses one file (by SHA-256) in two splits that are not told apart by rows, and
one `rows_sha256` in two splits, over all manifests of the entry.

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

from registrar.domain.findings import Blocked, Outcome, Phase, Problem, Severity
from registrar.domain.places import At
from registrar.reading.entry import Entry
from registrar.reading.manifest import Manifest
from registrar.rules.rule import Judging, Rule

_HINT = "split the data so that no row is in two splits, train and measure again"


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Compare all splits of all manifests that are here."""
    seen: dict[str, tuple[str, str]] = {}
    by_digest: list[str] = []
    for ref in entry.local_manifests:
        manifest = entry.manifest(ref.target)
        if manifest is None:
            continue
        by_digest += [item.name or "" for item in manifest.file_sets if item.split]
        for digest, split, at in _parts(manifest, ref.target):
            other = seen.setdefault(digest, (split, at.path))
            if other[0] != split:
                message = f'splits "{other[0]}" and "{split}" hold the same data'
                yield Problem(message, _HINT, at)
    if len(by_digest) > 1:
        names = ", ".join(by_digest[:5])
        yield Blocked(f"{names} are listed by one digest each, so their files cannot be compared")


def _parts(manifest: Manifest, path: str) -> Iterator[tuple[str, str, At]]:
    """(digest, split, place) of everything that must be in one split only."""
    by_name = {file.name: file.sha256 for file in manifest.files}
    with_rows = {split.name for split in manifest.splits if split.rows_sha256}
    for file in manifest.files:
        if file.sha256 and file.split and file.split not in with_rows:
            yield file.sha256, file.split, At(path, file.route)
    for split in manifest.splits:
        if split.rows_sha256:
            yield "rows:" + split.rows_sha256, split.name, At(path, split.route)
        elif by_name.get(split.of):
            yield str(by_name[split.of]), split.name, At(path, split.route)


RULE = Rule(
    name="dataset-leakage",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="no data is in two splits",
    entry=check,
)
