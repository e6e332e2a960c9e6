"""A GitHub workflow, as far as the gate cares: triggers, permissions, jobs, steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from registrar.domain.metadata import mapping, sequence, text
from registrar.domain.places import Route
from registrar.reading.documents import Document, Flaw
from registrar.reading.yaml import read_yaml


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a job."""

    uses: str | None
    run: str | None
    given: Mapping[str, Any]
    """What stands under ``with``."""
    condition: str | None
    may_fail: bool
    route: Route


@dataclass(frozen=True, slots=True)
class Job:
    """One job; its title is the name of the check that it reports."""

    key: str
    title: str
    condition: str | None
    needs: tuple[str, ...]
    permissions: Any
    """As written: a mapping, ``read-all``, ``write-all``; None where nothing is."""
    steps: tuple[Step, ...]
    uses: str | None
    may_fail: bool
    route: Route


@dataclass(frozen=True, slots=True)
class Workflow:
    """One workflow file; ``flaws`` where it cannot be read."""

    document: Document
    flaws: tuple[Flaw, ...] = ()
    triggers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    permissions: Any = None
    jobs: tuple[Job, ...] = ()

    def line(self, route: Route) -> int:
        """The line on which something stands."""
        return self.document.span(route).line


def read_workflow(raw: bytes) -> Workflow:
    """Read a workflow; never raises on any bytes."""
    document = read_yaml(raw, any_keys=True)
    if not document.readable:
        return Workflow(document, document.flaws)
    top = mapping(document.data)
    if not mapping(top.get("jobs")):
        return Workflow(document, (Flaw("it has no jobs", "write the workflow again"),))
    return Workflow(
        document,
        (),
        _triggers(top.get("on")),
        top.get("permissions"),
        tuple(_job(str(key), value) for key, value in mapping(top["jobs"]).items()),
    )


def _triggers(value: object) -> Mapping[str, Mapping[str, Any]]:
    """Events to their filters; a schedule, which is a list, has none."""
    if isinstance(value, str):
        return {str(value): {}}
    if isinstance(value, list):
        return {str(item): {} for item in value}
    return {str(event): mapping(filters) for event, filters in mapping(value).items()}


def _job(key: str, value: object) -> Job:
    fields = mapping(value)
    needs = fields.get("needs")
    condition = fields.get("if")
    route: Route = ("jobs", key)
    steps = enumerate(sequence(fields.get("steps")))
    return Job(
        key,
        text(fields.get("name")) or key,
        None if condition is None else str(condition),
        (str(needs),) if isinstance(needs, str) else tuple(str(n) for n in sequence(needs)),
        fields.get("permissions"),
        tuple(_step(item, (*route, "steps", index)) for index, item in steps),
        text(fields.get("uses")),
        _may_fail(fields),
        route,
    )


def _step(item: object, route: Route) -> Step:
    fields = mapping(item)
    return Step(
        text(fields.get("uses")),
        text(fields.get("run")),
        mapping(fields.get("with")),
        None if fields.get("if") is None else str(fields["if"]),
        _may_fail(fields),
        route,
    )


def _may_fail(fields: Mapping[str, Any]) -> bool:
    """Tell ``continue-on-error`` in any form but a plain false."""
    return str(fields.get("continue-on-error", False)).lower() != "false"
