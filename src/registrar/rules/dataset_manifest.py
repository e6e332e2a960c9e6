"""Refuses an entry whose dataset manifest is missing, unreadable or invalid.

What it does: reads each manifest that lies in the entry; wants `name`, `version`, `license`,
and files with SHA-256 and size, or `live: true`. A manifest behind a URL is never fetched here;
without `sha256` it is a warning, and so is a licence of the data that is no SPDX expression.

Why this is bad: without the digests of its data nobody can say what a model learned from, or
whether the test rows were among them.

Example:

    dataset_manifest: https://data.example/wine.yaml

Use instead: a pinned one,

    dataset_manifest:
      url: https://data.example/wine.yaml
      sha256: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae

or one in the entry, `dataset-manifest.yaml`:

    name: wine
    version: "2026.10.0"
    license: CC-BY-4.0
    files:
    - path: wine.csv
      sha256: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
      bytes: 11157
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from registrar.domain.addresses import shown
from registrar.domain.findings import Outcome, Phase, Problem, Severity
from registrar.domain.metadata import ManifestRef
from registrar.domain.paths import path_fault
from registrar.domain.places import At, dotted
from registrar.reading.corrections import quoted
from registrar.reading.entry import Entry
from registrar.reading.manifest import Manifest
from registrar.reading.schema import bundled
from registrar.reading.schema_messages import schema_flaws
from registrar.reading.spdx import SpdxError, parse
from registrar.rules.rule import Judging, Rule

_PROSE = ("description", "method", "known_biases", "legal_basis")
"""Fields that may have several lines."""
_URL = re.compile(r"(https|s3|gs)://[^\s@?#/]+(/[^\s?#]*)?(\?\S*)?")


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Judge every manifest that metadata names."""
    if entry.metadata is None:
        return
    seen: set[str] = set()
    for ref in entry.metadata.dataset_manifests:
        at = At(entry.metadata_names[0], ref.route)
        if ref.target in seen:
            yield Problem(f"{ref.target} is named twice", "keep one", at)
            continue
        seen.add(ref.target)
        if ref.is_url:
            yield from _url(ref, at)
        elif ref.target not in entry.nodes:
            hint = "add it; registrar rules dataset-manifest shows one"
            yield Problem(f"the dataset manifest {ref.target} is not here", hint, at)
        elif ref.target in entry.files:
            yield from _file(entry, ref.target)
    yield from _evaluated(entry)


def _url(ref: ManifestRef, at: At) -> Iterator[Outcome]:
    if not _URL.fullmatch(ref.target):
        credentials = " without credentials" if "@" in ref.target.split("/")[2:3] else ""
        hint = f"write an https://, s3:// or gs:// URL{credentials}"
        yield Problem(f'"{shown(ref.target)[:200]}" is no URL of a manifest', hint, at)
    elif ref.sha256 is None:
        hint = f"write {{url: {shown(ref.target)}, sha256: <its SHA-256>}}"
        message = "the manifest behind this URL is not pinned and may change"
        yield Problem(message, hint, at, Severity.WARNING)


def _evaluated(entry: Entry) -> Iterator[Outcome]:
    """``evaluation.dataset`` names a file or split, where all manifests are here to ask."""
    metadata = entry.metadata
    if metadata is None or metadata.evaluated_on is None:
        return
    refs = metadata.dataset_manifests
    manifests = [m for ref in entry.local_manifests if (m := entry.manifest(ref.target))]
    if len(manifests) < len({ref.target for ref in refs}) or not manifests:
        return
    named: set[str | None] = set()
    for manifest in manifests:
        named |= {split.name for split in manifest.splits}
        for file in (*manifest.files, *manifest.file_sets):
            named |= {file.name, file.split}
    if metadata.evaluated_on not in named:
        known = ", ".join(sorted(name for name in named if name)[:10])
        message = (
            f'evaluation.dataset "{metadata.evaluated_on}" is no file or split of the manifest'
        )
        at = At(entry.metadata_names[0], ("evaluation", "dataset"))
        yield Problem(message, f"the manifest has {known}", at)


def _file(entry: Entry, path: str) -> Iterator[Outcome]:
    document = entry.document(path)
    for flaw in document.flaws:
        yield Problem(flaw.message, flaw.hint, At(path, span=flaw.span))
    manifest = entry.manifest(path)
    if manifest is None:
        return
    flaws = schema_flaws(bundled("dataset-manifest"), document)
    if manifest.live:  # what moves has no checksum
        flaws = [f for f in flaws if not (f[1] == "required" and f[0][:1] == ("files",))]
    for route, _, flaw in flaws:
        at = At(path, route, span=flaw.span)
        yield Problem(flaw.message, flaw.hint, at, fix=quoted(path, flaw))
    if flaws:
        return
    yield from _meaning(entry, manifest, path)


def _meaning(entry: Entry, manifest: Manifest, path: str) -> Iterator[Outcome]:
    """What the schema cannot say."""
    if not (manifest.files or manifest.file_sets or manifest.live):
        hint = "list each file with path, sha256 and bytes, or say live: true"
        yield Problem("the manifest names no files", hint, At(path))
    for route in entry.document(path).multiline:
        if not any(step in _PROSE or str(step).startswith("x-") for step in route):
            message = f"{dotted(route)} has more than one line"
            yield Problem(message, "write it on one line", At(path, route))
    try:
        parse(manifest.license or "")
    except SpdxError as error:
        at = At(path, ("license",))
        yield Problem(error.message, error.hint, at, Severity.WARNING)
    seen: set[str] = set()
    for file in manifest.files:
        if file.name is None:
            yield Problem("a file has neither path nor url", "add one", At(path, file.route))
        elif file.name in seen:
            yield Problem(f"{file.name} is listed twice", "keep one", At(path, file.route))
        elif "://" not in file.name and path_fault(file.name):
            hint = "write it relative to the dataset's folder"
            yield Problem(f"the path {path_fault(file.name)}", hint, At(path, file.route))
        seen.add(file.name or "")
    named = {file.name for file in (*manifest.files, *manifest.file_sets)}
    for split in manifest.splits:
        if split.of is not None and split.of not in named:
            message = f'split "{split.name}" is of "{split.of}", which is not among the files'
            yield Problem(message, "name one of the files", At(path, (*split.route, "of")))


RULE = Rule(
    name="dataset-manifest",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="a valid manifest with the digests of the data; a URL is pinned",
    entry=check,
    fixable=True,
)
