"""Refuses bytes that are not safe to load, or that cannot be read to their end.

What it does: with `--runtime`, looks into every file of the artifact, by content and never by
name, without loading any of it. What a pickle would import has to be on an exact allowlist,
which `[scan] allow` of the judging policy may extend; headers have to agree with the bytes behind
them; a format that can carry code and is not read to its end is dangerous. A file beside the
artifact is refused only where a loader would run what it holds. The report records who looked:
versions, and the digest of the allowlist.

Why this is bad: whoever loads such a file runs what its author wrote, as himself. Scanners that
look for known bad names pass what is new.

Example: `model.pkl` whose pickle calls `os.system`.

Use instead: ONNX, safetensors or GGUF; skops for scikit-learn. `registrar scan PATH` shows all
that was found. docs/scan.md says what a verdict proves, and what it does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registrar.domain.findings import Blocked, Deferral, Outcome, Phase, Problem, Severity
from registrar.domain.paths import inside
from registrar.domain.places import At
from registrar.reading.entry import Entry
from registrar.rules.rule import Looked, Rule

if TYPE_CHECKING:
    from registrar.domain.scanning import FileScan

_TOLD = 3
_HINT = "export it as ONNX, safetensors or GGUF; where that cannot be, a waiver"


def check(entry: Entry, looked: Looked) -> Iterator[Outcome]:
    """Judge what was found in each file."""
    if looked.deferred:
        yield Deferral(looked.deferred)
    elif looked.blocked:
        yield Blocked(looked.blocked)
    for file in looked.scan.files if looked.scan else ():
        own = entry.artifact is not None and inside(file.path, entry.artifact.path)
        if file.acts or (own and not file.clean):
            yield from _told(entry, file)


def _told(entry: Entry, file: FileScan) -> Iterator[Outcome]:
    """The worst of a file, each in a finding of its own."""
    worst = [trouble for trouble in file.troubles if trouble.safety is file.safety]
    said = file.safety.value
    for trouble in worst[:_TOLD]:
        is_so = f"is {said}" if said == "dangerous" else said
        message = f"{file.path} ({file.format}) {is_so}: {trouble.message}"
        yield Problem(message, trouble.hint or _HINT, At(file.path))
    if len(worst) > _TOLD:
        message = f"{file.path}: {len(worst) - _TOLD:,} more of this kind"
        yield Problem(message, f"registrar scan {entry.typed(file.path)} shows them", At(file.path))


RULE = Rule(
    name="artifact-scan",
    phase=Phase.RUNTIME,
    severity=Severity.ERROR,
    summary="the content is safe to load",
    runtime=check,
    configurable="severity, [scan] allow",
)
