"""Refuses a model that does not load, does not run, or does not reproduce its own example.

What it does: with `--runtime`, loads the model in a sandbox without network, other files or other
processes, runs the input that `smoke_test` of the metadata names, and compares what it gives with
the expected output, within the tolerances of the entry, and never wider ones than `[smoke]` of
the judging policy. An entry without `smoke_test` gets a note. Where the sandbox is less closed
than the policy demands, a library is missing, or a scan does not vouch for a pickle, it is
unchecked.

Why this is bad: a model that nobody can load is found out on the day when it is needed; one that
gives other numbers than it gave its author is another model.

Example: `model.onnx` was exported again from retrained weights, and `smoke/expected.json` is of
the old ones.

Use instead: `registrar smoke --record ENTRY` when the entry is made, and a new version for what
gives other numbers. docs/smoke.md says what a pass proves, and what it does not.
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.findings import Blocked, Deferral, Outcome, Phase, Problem, Severity
from registrar.domain.places import At
from registrar.reading.entry import Entry
from registrar.rules.rule import Looked, Rule

_NO_EXAMPLE = (
    "before it is merged a version can have one: "
    "smoke_test: {input: smoke/input.json, expected: smoke/expected.json}, then "
)


def check(entry: Entry, looked: Looked) -> Iterator[Outcome]:
    """Judge what became of the example."""
    metadata, artifact = entry.metadata, entry.artifact
    if metadata is None or artifact is None:
        return
    if metadata.smoke is None:
        hint = f"{_NO_EXAMPLE}registrar smoke --record {entry.typed()}"
        message = "the model was not run: its metadata names no smoke_test"
        yield Problem(message, hint, At(entry.metadata_names[0]), Severity.NOTE)
        return
    if looked.deferred:
        yield Deferral(looked.deferred)
    elif looked.blocked:
        yield Blocked(looked.blocked)
    smoked = looked.smoked
    if smoked is None:
        return
    route = At(entry.metadata_names[0], ("smoke_test",))
    for note in smoked.notes:
        yield Problem(note, "write what holds", route, Severity.NOTE)
    if smoked.unchecked:
        yield Blocked(f"{smoked.message}: {smoked.hint}" if smoked.hint else smoked.message)
    elif not smoked.passes:
        at = smoked.at_fault or artifact.path
        place = At(at) if at in entry.files else route
        message = f"{artifact.path} {smoked.answer.value}: {smoked.message}"
        yield Problem(message, smoked.hint or f"registrar smoke {entry.typed()} shows more", place)


RULE = Rule(
    name="artifact-smoke",
    phase=Phase.RUNTIME,
    severity=Severity.ERROR,
    summary="loads, runs, and reproduces its example",
    runtime=check,
    configurable="severity, [smoke]",
)
