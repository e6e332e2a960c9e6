"""The neck: discover, read, judge, report."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date

from registrar.app.asking import CheckRequest, OnEntry, beyond
from registrar.app.baselining import Baselined, apply_baseline, baseline_of, with_lowered
from registrar.app.change import change_of, judge_change
from registrar.app.comparison import Comparison, compare
from registrar.app.facts import facts_of
from registrar.app.judging import SCHEMA_RULE, Bench, Judged, judging_by
from registrar.app.leftovers import with_advice
from registrar.app.plugins import load_plugins
from registrar.app.remembering import remembered
from registrar.app.rule_pages import asked
from registrar.app.rulebook import Rulebook, built_in, read_rulebook
from registrar.app.selection import Selection, select
from registrar.app.waiving import Waived, apply_waivers
from registrar.domain.findings import Phase, Severity
from registrar.domain.report import EntryFacts, PhaseState, Report, RuntimeFacts
from registrar.ports import World
from registrar.rules.rule import Record


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
    book = _rulebook(comparison, world)
    book = replace(book, phases=book.phases | request.phases)
    head = comparison.head
    selection = select(comparison, book.policy.root, request.paths)
    selection = with_lowered(selection, book, comparison)
    bench = Bench(head, judging_by(head, book, selection.all), book.rules)
    judged: list[Judged] = []
    records: dict[str, Record] = {}
    memory = world.memory if comparison.head is world.work_tree else None
    with closing(remembered(bench, selection.judged, request.jobs, memory)) as answers:
        for answer, record in answers:
            judged.append(answer)
            records[record.folder] = record
            if on_entry is not None:
                on_entry(len(judged), len(selection.judged))
    if head is world.work_tree:
        judged = with_advice(judged, head, world.history, book.policy.root)
    if memory is not None:
        memory.save(f"{book.policy.root}/{folder}" for folder in selection.all)
    about = (bench, comparison, selection.all)
    judged, runtime = beyond(request, world, *about, judged, records, on_entry)
    allowed, jobs, history = request.gate_changes_allowed, request.jobs, world.history
    change = change_of(comparison, book, selection, bench, records, history, at, jobs, allowed)
    judged.append(judge_change(bench, change))
    changed = selection.touched if comparison.has_base else frozenset()
    judged, waived = _standing(judged, book, at, changed)
    known = apply_baseline(waived.standing, baseline_of(book, comparison), records)
    change = replace(change, used_waivers=waived.used, slack=known.slack)
    judged.append(judge_change(bench, change, last=True))
    return _report(request, comparison, book, selection, judged, waived, known, at, runtime)


def _rulebook(comparison: Comparison, world: World) -> Rulebook:
    """What judges, with the rules of the plugins that it names."""
    if comparison.judge is None:
        return built_in()
    book = read_rulebook(comparison.judge, comparison.judge_source)
    return replace(book, plugins=load_plugins(book.policy.plugins, world.plugins))


def _standing(
    judged: Sequence[Judged], book: Rulebook, at: date, changed: frozenset[str]
) -> tuple[list[Judged], Waived]:
    """What counts, and what of it is waived: one refusal stands for all that it keeps from view."""
    first = [answer for answer in judged if answer.unless is None]
    waived = _waive(first, book, at, changed)
    errors = (finding for finding in waived.standing if finding.severity is Severity.ERROR)
    stands = {(finding.rule, finding.entry) for finding in errors}
    more = [one for one in judged if one.unless is not None and one.unless not in stands]
    return (
        ([*first, *more], _waive([*first, *more], book, at, changed)) if more else (first, waived)
    )


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
    known: Baselined,
    at: date,
    runtime: RuntimeFacts | None,
) -> Report:
    standing = (*known.standing, *judged[-1].findings)
    findings = sorted(standing, key=lambda finding: finding.order)
    errors = (f for f in (*findings, *known.known) if f.severity is Severity.ERROR)
    told = {finding.entry for finding in errors if finding.rule == SCHEMA_RULE}
    unchecked = list(book.plugins.missing)
    unchecked += [item for answer in judged for item in answer.unchecked]
    unchecked += [i for answer in judged for i in answer.blind if i.entry not in told]
    compared = comparison.has_base or (comparison.before is not None and not comparison.blocked)
    history = PhaseState.RUN if compared else PhaseState.PARTLY
    facts: tuple[EntryFacts, ...] = ()
    if comparison.has_base:
        everything, fail_on = selection.all, request.fail_on
        about = (comparison.head, book.policy, selection.judged, everything)
        facts = facts_of(*about, findings, unchecked, fail_on)
    return Report(
        at=at,
        judged_by=book.judged_by,
        base=comparison.base_commit,
        head=comparison.head_commit,
        checked=selection.judged,
        phases={
            Phase.STATIC: PhaseState.RUN,
            Phase.HISTORY: history,
            **request.states,
        },
        rules_off=book.off,
        findings=tuple(findings),
        waived=waived.waived,
        baselined=known.known,
        facts=facts,
        deferred=tuple(item for answer in judged for item in answer.deferred),
        unchecked=tuple(unchecked),
        empty=selection.empty,
        absent=frozenset(p for p in request.paths if comparison.head.node(p) is None),
        meant=selection.meant(book.policy.root),
        fail_on=request.fail_on,
        untouched=selection.untouched,
        rules=asked(book.rules, history),
        root=book.policy.root,
        runtime=runtime,
        faults=tuple(fault for answer in judged for fault in answer.faults),
    )
