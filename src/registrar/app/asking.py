"""What a check is asked for, and the phases that run only where they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registrar.app.comparison import Comparison, Revisions
from registrar.app.judging import Bench, Judged
from registrar.domain.findings import Phase, Severity
from registrar.domain.report import PhaseState, RuntimeFacts
from registrar.ports import World
from registrar.rules.rule import Record

OnEntry = Callable[[int, int], None]
"""Is told how many entries of how many are done."""


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What was asked for; ``paths`` are relative to the top of the repository."""

    paths: tuple[str, ...] = ()
    revisions: Revisions = Revisions()
    at: date | None = None
    fail_on: Severity = Severity.ERROR
    jobs: int | None = None
    gate_changes_allowed: bool = True
    remote: bool = False
    """Whether others are asked: DVC remotes, MLflow, source repositories."""
    verify_bytes: bool = False
    """Whether every byte on the DVC remotes is read."""
    runtime: bool = False
    """Whether bytes are scanned, and models run."""

    @property
    def phases(self) -> frozenset[Phase]:
        """The phases that are asked for, besides those that always run."""
        asked = {Phase.REMOTE: self.remote, Phase.RUNTIME: self.runtime}
        return frozenset(phase for phase, wanted in asked.items() if wanted)

    @property
    def states(self) -> Mapping[Phase, PhaseState]:
        """What becomes of these phases."""
        ask = PhaseState.RUN if self.verify_bytes else PhaseState.PARTLY
        return {
            Phase.REMOTE: ask if self.remote else PhaseState.NOT_ASKED,
            Phase.RUNTIME: PhaseState.RUN if self.runtime else PhaseState.NOT_ASKED,
        }


def beyond(
    request: CheckRequest,
    world: World,
    bench: Bench,
    comparison: Comparison,
    entries: Sequence[str],
    judged: Sequence[Judged],
    records: Mapping[str, Record],
    on_entry: OnEntry | None,
) -> tuple[list[Judged], RuntimeFacts | None]:
    """What is said of the entries once others were asked, and the bytes were looked into.

    ``entries`` are all of the head: with a base, and without paths, others are asked about those
    that the change does not touch, too.
    """
    said, wholes, facts = list(judged), None, None
    if request.remote and world.others is not None:
        from registrar.app.remote.judging import Asking, judge_remote  # few runs ask

        asking = Asking(world.others, comparison.judge, request.verify_bytes)
        said, read = judge_remote(bench, judged, records, asking)
        wholes = read if request.verify_bytes else None
        if comparison.has_base and not request.paths:
            from registrar.app.remote.rest import judge_rest

            rest = (folder for folder in entries if folder not in records)
            merged = request.revisions.base_tip is not None
            said.append(judge_rest(bench, rest, asking, merged))
    if request.runtime and world.runtime is not None:
        from registrar.app.runtime.judging import Looking, judge_runtime  # few runs look

        looking = Looking(world.runtime, request.remote, wholes, on_entry)
        more, facts = judge_runtime(bench, records, looking)
        said += more
    return said, facts
