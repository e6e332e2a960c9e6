"""The neck: discover, read, judge, report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date

from registrar.app.comparison import Comparison, Revisions, compare
from registrar.app.gate_files import changed_gate_files
from registrar.app.judging import (
    SCHEMA_RULE,
    Bench,
    Judged,
    judge_all,
    judging_by,
    sort_outcomes,
)
from registrar.app.rule_pages import asked
from registrar.app.rulebook import Rulebook, built_in, read_rulebook
from registrar.app.second_look import NOTHING, second_look
from registrar.app.selection import Selection, select
from registrar.app.top import top_faults
from registrar.app.waiving import Waived, apply_waivers
from registrar.domain.findings import Phase, Severity
from registrar.domain.report import PhaseState, Report
from registrar.ports import World
from registrar.reading.policy import POLICY_NAME
from registrar.rules import RULES
from registrar.rules.rule import Change, Record

OnEntry = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What was asked for; ``paths`` are relative to the top of the repository."""

    paths: tuple[str, ...] = ()
    revisions: Revisions = Revisions()
    at: date | None = None
    fail_on: Severity = Severity.ERROR
    jobs: int | None = None
    gate_changes_allowed: bool = True


def check(request: CheckRequest, world: World, on_entry: OnEntry | None = None) -> Report:
    """Judge a tree and answer with one frozen report.

    ``on_entry`` is told how many entries of how many are judged, each time that one is.

    Raises PolicyError where the judging policy is not valid, RevisionError and UsageError where
    the request cannot be carried out.
    """
    comparison = compare(request.revisions, world)
    try:
        return _check(request, world, comparison, on_entry)
    finally:
        for tree in comparison.trees:
            tree.close()


def _check(
    request: CheckRequest, world: World, comparison: Comparison, on_entry: OnEntry | None
) -> Report:
    at = request.at or world.clock.today()
    judge = comparison.judge
    book = read_rulebook(judge, comparison.judge_source) if judge is not None else built_in()
    head = comparison.head
    selection = select(comparison, book.policy.root, request.paths)
    bench = Bench(head, judging_by(head, book, selection.all), book.rules)
    judged: list[Judged] = []
    records: dict[str, Record] = {}
    with closing(judge_all(bench, selection.judged, request.jobs)) as answers:
        for answer, record in answers:
            judged.append(answer)
            records[record.folder] = record
            if on_entry is not None:
                on_entry(len(judged), len(selection.judged))
    change = _change(request, world, comparison, book, selection, bench, records, at)
    judged.append(_judge_change(bench, change, "waiver-valid", without=True))
    changed = selection.touched if comparison.has_base else frozenset()
    waived = _waive(judged, book, at, changed)
    last = _judge_change(bench, replace(change, used_waivers=waived.used), "waiver-valid")
    judged.append(last)
    return _report(request, comparison, book, selection, judged, waived, last, at)


def _change(
    request: CheckRequest,
    world: World,
    comparison: Comparison,
    book: Rulebook,
    selection: Selection,
    bench: Bench,
    records: Mapping[str, Record],
    at: date,
) -> Change:
    before, head, root = comparison.before, comparison.head, book.policy.root
    gate_files = changed_gate_files(before, head, book.policy) if before is not None else ()
    again = NOTHING
    if gate_files and comparison.has_base:
        again = second_look(bench, book, gate_files, selection.all, at, request.jobs)
    return Change(
        policy=book.policy,
        at=at,
        head=head,
        records=records,
        history=world.history,
        tip=comparison.tip,
        blocked=comparison.blocked,
        before=before if comparison.blocked is None else None,
        touched=selection.touched,
        changed=selection.changed,
        leaning=selection.leaning,
        entries=frozenset(selection.all),
        renamed=selection.renamed,
        top_faults=tuple(top_faults(head, root)),
        gate_files=gate_files,
        base_has_policy=book.has_policy,
        first_policy=not book.has_policy
        and (comparison.base_commit is None or head.node(POLICY_NAME) is not None),
        gate_changes_allowed=request.gate_changes_allowed,
        rewritten=comparison.rewritten,
        newly_failing=again.failing,
        left_behind=again.left,
        waivers=book.waivers.waivers,
        waiver_flaws=book.waivers.flaws,
        has_base=comparison.has_base,
    )


def _judge_change(bench: Bench, change: Change, name: str, without: bool = False) -> Judged:
    """Run the rules over the whole change: the one of this name, or all but it."""
    said = [
        (rule, folder, outcome)
        for rule in RULES
        if rule.change is not None and rule.name in bench.rules and (rule.name == name) != without
        for folder, outcome in rule.change(change)
    ]
    return sort_outcomes(said, bench, {}, change.records, change.before)


def _waive(judged: Sequence[Judged], book: Rulebook, at: date, changed: frozenset[str]) -> Waived:
    findings = [finding for answer in judged for finding in answer.findings]
    return apply_waivers(findings, book.waivers.waivers, at, book.policy.waiver_max_days, changed)


def _report(
    request: CheckRequest,
    comparison: Comparison,
    book: Rulebook,
    selection: Selection,
    judged: Sequence[Judged],
    waived: Waived,
    last: Judged,
    at: date,
) -> Report:
    findings = sorted((*waived.standing, *last.findings), key=lambda finding: finding.order)
    told = {f.entry for f in findings if f.rule == SCHEMA_RULE and f.severity is Severity.ERROR}
    unchecked = [item for answer in judged for item in answer.unchecked]
    unchecked += [i for answer in judged for i in answer.blind if i.entry not in told]
    compared = comparison.has_base or (comparison.before is not None and not comparison.blocked)
    history = PhaseState.RUN if compared else PhaseState.PARTLY
    return Report(
        at=at,
        judged_by=book.judged_by,
        base=comparison.base_commit,
        head=comparison.head_commit,
        checked=selection.judged,
        phases={
            Phase.STATIC: PhaseState.RUN,
            Phase.HISTORY: history,
            Phase.REMOTE: PhaseState.NOT_ASKED,
            Phase.RUNTIME: PhaseState.NOT_ASKED,
        },
        rules_off=book.off,
        findings=tuple(findings),
        waived=waived.waived,
        deferred=tuple(item for answer in judged for item in answer.deferred),
        unchecked=tuple(unchecked),
        empty=selection.empty,
        fail_on=request.fail_on,
        untouched=selection.untouched,
        rules=asked(book.rules, history),
        root=book.policy.root,
        faults=tuple(fault for answer in judged for fault in answer.faults),
    )
