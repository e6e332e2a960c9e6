"""The smoke test of one entry: plan it, run it in the sandbox, compare what it gave."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from registrar.app.smoking.answers import Told, told
from registrar.app.smoking.plan import PACKAGES, Plan, UntriedError, plan
from registrar.domain.arrays import Array, Tolerance, compare
from registrar.domain.metadata import SmokeTest, mapping
from registrar.domain.paths import inside
from registrar.domain.places import TOP
from registrar.domain.policy import SmokeLimits
from registrar.domain.sandboxing import Bounds, Job
from registrar.domain.scanning import Safety
from registrar.domain.smoking import Smoke, Smoked
from registrar.ports.running import Sandbox, ScanFile
from registrar.reading.documents import Flaw
from registrar.reading.entry import Entry
from registrar.reading.example import SPECIAL_HINT, ExampleError, expected_from, inputs_from
from registrar.reading.json import read_json


@dataclass(frozen=True, slots=True)
class Tools:
    """What a smoke test is made with."""

    sandbox: Sandbox
    target: str
    """``module:function`` of the job."""
    scan: ScanFile | None = None
    """None where nothing here can say that a pickle is safe: then none is loaded."""
    trusted: frozenset[str] = frozenset()
    """Types that a skops file may hold besides those of skops' own choice."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An entry, and where it lies."""

    entry: Entry
    folder: str
    """Absolute."""
    shown: str
    """Its path as it is typed and printed."""
    limits: SmokeLimits = SmokeLimits()
    allow: tuple[str, ...] = ()
    """``module:name`` that the policy lets pickles and skops files hold besides what we allow."""

    @property
    def typed(self) -> str:
        """Its path as a word of a command to be typed."""
        return shlex.quote(self.shown)


class _BadError(Exception):
    """A file of the example that is not there, or cannot be understood."""

    def __init__(self, message: str, path: str, hint: str = "") -> None:
        super().__init__(message)
        self.path = path
        self.hint = hint


def smoke(subject: Subject, tools: Tools) -> Smoked:
    """Try an entry; never raises for what is wrong with it."""
    try:
        test = example_of(subject)
        inputs = _inputs(subject, test)
        wanted = _expected(subject, test)
        every = {name: array.every for name, array in wanted.items()}
        smoked, found = _tried(subject, tools, test, inputs, every)
    except UntriedError as error:
        return Smoked(subject.shown, Smoke.UNCHECKED, str(error), error.hint)
    except _BadError as error:
        return _bad(subject, error)
    return smoked if found is None else _compared(subject, smoked, test, wanted, found)


def outputs(subject: Subject, tools: Tools) -> tuple[Smoked, Mapping[str, Array] | None]:
    """What a model gives for its example; None where it does not, and the answer says why."""
    try:
        test = example_of(subject)
        smoked, found = _tried(subject, tools, test, _inputs(subject, test), None)
    except UntriedError as error:
        return Smoked(subject.shown, Smoke.UNCHECKED, str(error), error.hint), None
    except _BadError as error:
        return _bad(subject, error), None
    return smoked, found.outputs if found is not None else None


def _bad(subject: Subject, error: _BadError) -> Smoked:
    return Smoked(subject.shown, Smoke.RUNS_NOT, str(error), error.hint, at_fault=error.path)


def example_of(subject: Subject) -> SmokeTest:
    """The example that the metadata names; raises UntriedError."""
    metadata = subject.entry.metadata
    if metadata is None:
        raise UntriedError("its metadata cannot be read", f"registrar check {subject.typed}")
    document = subject.entry.metadata_document
    if metadata.smoke is None and document is not None and "smoke_test" in mapping(document.data):
        hint = f"registrar check {subject.typed}"
        raise UntriedError("smoke_test of its metadata is not valid", hint)
    if metadata.smoke is None:
        hint = (
            "add smoke_test: {input: smoke/input.json, expected: smoke/expected.json} to the "
            "metadata, and write smoke/input.json"
        )
        raise UntriedError("its metadata names no smoke_test", hint)
    return metadata.smoke


def _document(subject: Subject, path: str) -> Any:
    """A JSON document of the example; raises UntriedError and _BadError."""
    entry = subject.entry
    if path not in entry.files:
        if entry.covered(path):
            raise UntriedError(f"{path} is behind a pointer, and not here", "dvc pull")
        if entry.tree.node(f"{entry.path}/{path}") is not None:
            raise _BadError(f"{path} is no regular file", path, "put the file itself there")
        hint = 'write it: an object of arrays by name, as {"X": [[1.0, 2.0]]}'
        raise _BadError(f"{path} is not there", path, hint)
    raw = entry.raw(path)
    flaws: tuple[Flaw, ...] = (raw,) if isinstance(raw, Flaw) else ()
    document = None if isinstance(raw, Flaw) else read_json(raw, SPECIAL_HINT)
    if document is not None:
        flaws = document.flaws
    if document is None or flaws:
        first = flaws[0]
        span = first.span
        at = f" (line {span.line}, column {span.column})" if span != TOP else ""
        raise _BadError(f"{path}: {first.message}{at}", path, first.hint)
    return document.data


def _expected(subject: Subject, test: SmokeTest) -> dict[str, Array]:
    try:
        return expected_from(_document(subject, test.expected))
    except ExampleError as error:
        hint = error.hint or f"registrar smoke --record --overwrite {subject.typed}"
        raise _BadError(f"{test.expected}: {error}", test.expected, hint) from error
    except _BadError as error:
        if test.expected not in subject.entry.files:
            error.hint = _recording(subject)
        raise


def _recording(subject: Subject) -> str:
    """What writes an expected output; where nothing can, the reason."""
    try:
        plan(subject.entry, subject.folder, subject.typed, lambda path: Safety.CLEAN)
    except UntriedError as error:
        more = f"; {error.hint}" if error.hint else ""
        return f"registrar smoke --record cannot write it: {error}{more}"
    return f"registrar smoke --record {subject.typed}"


def _inputs(subject: Subject, test: SmokeTest) -> Mapping[str, Any]:
    """What the model is given; raises UntriedError and _BadError."""
    try:
        return inputs_from(_document(subject, test.input))
    except ExampleError as error:
        raise _BadError(f"{test.input}: {error}", test.input, error.hint) from error


def _tried(
    subject: Subject,
    tools: Tools,
    test: SmokeTest,
    inputs: Mapping[str, Any],
    wanted: Mapping[str, int] | None,
) -> tuple[Smoked, Told | None]:
    """Run the example; what came of it where it ran to its end."""
    scan = tools.scan
    vouch = None if scan is None else (lambda path: scan(path, subject.allow))
    what = plan(subject.entry, subject.folder, subject.typed, vouch)
    _hidden(os.path.join(subject.folder, test.expected), what, test)
    ran = tools.sandbox.run(_job(subject, tools, what, inputs, wanted))
    return told(subject.shown, ran, PACKAGES[what.format], subject.limits)


def _hidden(expected: str, what: Plan, test: SmokeTest) -> None:
    """Raises _BadError where the model could read what is expected of it."""
    if any(inside(expected, path) for path in what.read):
        message = f"{test.expected} is part of the artifact, where the model could read it"
        raise _BadError(message, test.expected, "keep it beside the artifact")


def _job(
    subject: Subject,
    tools: Tools,
    what: Plan,
    inputs: Mapping[str, Any],
    wanted: Mapping[str, int] | None,
) -> Job:
    limits = subject.limits
    return Job(
        target=tools.target,
        argument={
            "format": what.format,
            "path": os.path.abspath(what.path),
            "inputs": inputs,
            "wanted": wanted,
            "trusted": sorted(tools.trusted | {name.replace(":", ".") for name in subject.allow}),
        },
        read=what.read,
        least=limits.sandbox,
        bounds=Bounds(seconds=limits.timeout, memory=limits.memory),
    )


def _compared(
    subject: Subject,
    smoked: Smoked,
    test: SmokeTest,
    wanted: Mapping[str, Array],
    found: Told,
) -> Smoked:
    tolerance, notes = _tolerance(test, subject.limits)
    expected = found.in_kind(wanted)
    deviation = compare(expected, found.outputs, tolerance)
    smoked = replace(
        smoked, notes=notes, compared=sum(len(array.values) for array in wanted.values())
    )
    if deviation is None:
        return replace(smoked, answer=Smoke.PASSES)
    return replace(
        smoked,
        answer=Smoke.REPRODUCES_NOT,
        message=deviation.told,
        hint="publish what made the example; where the example is at fault and not merged yet: "
        f"registrar smoke --record --overwrite {subject.typed}",
        deviation=deviation,
    )


def _tolerance(test: SmokeTest, limits: SmokeLimits) -> tuple[Tolerance, tuple[str, ...]]:
    """What the entry asks for, and at most what the policy allows."""
    used, notes = [], []
    for name, asked, most in (
        ("atol", test.atol, limits.max_atol),
        ("rtol", test.rtol, limits.max_rtol),
    ):
        if asked is not None and asked > most:
            notes.append(f"{name} {asked:g} is more than the policy's {most:g}, which holds")
        used.append(most if asked is None else min(asked, most))
    return Tolerance(*used), tuple(notes)
