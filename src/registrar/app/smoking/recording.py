"""Writing the expected output of an example: what the model gives now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from registrar.app.smoking.identity import OTHER_BYTES, is_another, what_differs
from registrar.app.smoking.plan import UntriedError
from registrar.app.smoking.service import Subject, Tools, example_of, outputs
from registrar.domain.arrays import Array
from registrar.domain.shipping import Writing
from registrar.domain.smoking import Smoke, Smoked
from registrar.errors import UsageError
from registrar.ports import Writer
from registrar.reading.documents import MAX_BYTES, Flaw
from registrar.reading.entry import CARD_NAME
from registrar.reading.example import ExampleError, expected_from, written
from registrar.reading.json import read_json


def record(
    subject: Subject, tools: Tools, writer: Writer, overwrite: bool, keep: bool = False
) -> Smoked:
    """Run the example and write what it gives, all or nothing; of the recorded bytes alone.

    An expected output that is there already is left with ``keep``, and written over with
    ``overwrite``; raises UsageError with neither.
    """
    entry = subject.entry
    try:
        path = example_of(subject).expected
    except UntriedError as error:
        return Smoked(subject.shown, Smoke.UNCHECKED, str(error), error.hint)
    if path in _others(subject):
        hint = "name another file as expected in smoke_test"
        raise UsageError(f"{subject.shown}/{path} is no place for what the model gives", hint)
    before: bytes | None = None
    if entry.tree.node(f"{entry.path}/{path}") is not None:
        if not overwrite:
            if keep:
                return Smoked(subject.shown, Smoke.KEPT, f"{path} is there already")
            hint = f"registrar smoke --record --overwrite {subject.typed}"
            hint += ", where the old one is not wanted any more"
            raise UsageError(f"{subject.shown}/{path} is there already", hint)
        raw = entry.raw(path)
        if isinstance(raw, Flaw) or len(raw) > MAX_BYTES:
            raise UsageError(f"{subject.shown}/{path} is not what was recorded", "look at it")
        before = raw
    smoked, found = outputs(subject, tools)
    if found is None:
        return smoked
    if is_another(subject):
        hint = f"{what_differs(subject)}: put that right first"
        return replace(smoked, answer=Smoke.UNCHECKED, message=OTHER_BYTES, hint=hint)
    content = written(found).encode()
    if fault := _fault(content, found):
        message, hint = fault
        return replace(smoked, answer=Smoke.UNCHECKED, message=message, hint=hint)
    writer.write([Writing(path, content, before=before)])
    values = sum(len(array.values) for array in found.values())
    return replace(smoked, answer=Smoke.RECORDED, written=path, compared=values)


def _others(subject: Subject) -> set[str]:
    """Files of the entry that are somebody's work or the model, and never written over."""
    entry = subject.entry
    found = {example_of(subject).input, *entry.metadata_names, CARD_NAME}
    if entry.artifact is not None:
        found |= {entry.artifact.path, *entry.artifact.members}
    if entry.metadata is not None:
        found |= {ref.target for ref in entry.metadata.dataset_manifests}
        found |= {entry.metadata.metrics_path or ""}
    return found


def _fault(content: bytes, found: Mapping[str, Array]) -> tuple[str, str] | None:
    """Why what was recorded could not be compared with later on, and what would help."""
    document = read_json(content)
    try:
        if document.readable and expected_from(document.data).keys() == found.keys():
            return None
    except ExampleError as error:
        return str(error), error.hint
    return "its output does not fit into a document", "write a smaller example"
