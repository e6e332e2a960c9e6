"""Judging only what has changed since it was judged: what is plainly good is remembered.

Kept is what the rules said about an entry of which they had nothing to say but what is
deferred. An entry with a finding, or with something that could not be looked at, is judged anew
each time; so is one of which a rule looked at something outside its folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import fields
from typing import Any

from registrar.app.judging import Bench, Judged, judge_all
from registrar.domain.addresses import holds_secret
from registrar.domain.findings import Deferred
from registrar.ports import Memory
from registrar.rules.rule import Record

_FIELDS = fields(Record)
_TYPES: set[tuple[type, ...]] = set()
"""Types of a record's values that were looked at, and are those of one."""


def remembered(
    bench: Bench, folders: Sequence[str], jobs: int | None, memory: Memory | None
) -> Generator[tuple[Judged, Record], None, None]:
    """Judge all entries, in the order given; what is known of one stands for judging it."""
    key = _key(bench)
    if memory is None or key is None:
        yield from judge_all(bench, folders, jobs)
        return
    memory.judge(key)
    root = bench.judging.policy.root
    known = {f: recall(f, memory.answer(f"{root}/{f}")) for f in folders}
    unknown = [folder for folder, answer in known.items() if answer is None]
    with closing(judge_all(bench, unknown, jobs)) as answers:
        for folder in folders:
            answer = known[folder]
            if answer is None:
                answer = next(answers)
                kept = worth_keeping(*answer)
                if kept is not None:
                    memory.keep(f"{root}/{folder}", kept)
            yield answer


def _key(bench: Bench) -> str | None:
    """Everything that judges an entry, besides the program; None where that cannot be told."""
    judging = bench.judging
    if judging.policy.plugins:
        return None  # code that is none of the program's, and may look anywhere
    told = (
        judging.policy,
        hashlib.sha256(judging.schema.raw).hexdigest(),
        sorted(bench.names),
        sorted(judging.siblings.items()),
        sorted(judging.licence_texts),
    )
    return hashlib.sha256(repr(told).encode("utf-8", "surrogateescape")).hexdigest()


def worth_keeping(judged: Judged, record: Record) -> object:
    """What was said as data of JSON; None where it is not to be kept."""
    if judged != Judged(deferred=judged.deferred):
        return None
    if record.tracking_uri is not None and holds_secret(record.tracking_uri):
        return None  # a secret stays where it is
    deferred = [[item.rule, item.settled_by] for item in judged.deferred]
    return [deferred, [getattr(record, field.name) for field in _FIELDS]]


def recall(folder: str, kept: object) -> tuple[Judged, Record] | None:
    """What was kept, as it was said; None for anything of another shape."""
    told: Any
    values: Any
    try:
        told, values = kept  # type: ignore[misc]
        if tuple(map(type, values)) not in _TYPES and not _typed(values):
            return None
        deferred = tuple([Deferred(rule, folder, settled_by) for rule, settled_by in told])
        record = Record(*values)
    except (TypeError, ValueError):
        return None
    if record.folder != folder or not all(
        type(d.rule) is str and type(d.settled_by) is str for d in deferred
    ):
        return None
    return Judged(deferred=deferred), record


def _typed(values: Any) -> bool:
    """Tell values of the types that a record has; each combination is looked at once."""
    if type(values) is not list or len(values) != len(_FIELDS):
        return False
    for field, value in zip(_FIELDS, values, strict=True):
        if type(value) is not str and (value is not None or field.type != "str | None"):
            return False
    _TYPES.add(tuple(map(type, values)))
    return True
