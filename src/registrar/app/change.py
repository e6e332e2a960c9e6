"""The change as a whole: what rules over it are given, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from registrar.app.comparison import Comparison
from registrar.app.gate_files import changed_gate_files
from registrar.app.judging import Bench, Judged, broken, sort_outcomes
from registrar.app.rulebook import Rulebook
from registrar.app.second_look import NOTHING, second_look
from registrar.app.selection import Selection
from registrar.app.top import top_faults
from registrar.domain.findings import Outcome
from registrar.errors import RegistrarError
from registrar.ports import History
from registrar.reading.policy import POLICY_NAME
from registrar.rules.rule import Change, Record, Rule


def change_of(
    comparison: Comparison,
    book: Rulebook,
    selection: Selection,
    bench: Bench,
    records: Mapping[str, Record],
    history: History | None,
    at: date,
    jobs: int | None,
    gate_changes_allowed: bool,
) -> Change:
    """Everything that rules over the whole change may look at."""
    before, head, root = comparison.before, comparison.head, book.policy.root
    gate_files = changed_gate_files(before, head, book.policy) if before is not None else ()
    again = NOTHING
    if gate_files and comparison.has_base:
        again = second_look(bench, book, gate_files, selection.all, at, jobs)
    return Change(
        policy=book.policy,
        at=at,
        head=head,
        records=records,
        history=history,
        tip=comparison.tip,
        upstream=comparison.upstream,
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
        gate_changes_allowed=gate_changes_allowed,
        rewritten=comparison.rewritten,
        newly_failing=again.failing,
        left_behind=again.left,
        waivers=book.waivers.waivers,
        waiver_flaws=book.waivers.flaws,
        baseline=book.baseline,
        has_base=comparison.has_base,
    )


def judge_change(bench: Bench, change: Change, last: bool = False) -> Judged:
    """Run the rules over the whole change: those about exceptions ``last``, all others before."""
    said: list[tuple[Rule, str | None, Outcome]] = []
    faults: list[str] = []
    for rule in bench.rules:
        if rule.change is None or rule.last != last:
            continue
        try:
            said += [(rule, folder, outcome) for folder, outcome in rule.change(change)]
        except RegistrarError:
            raise
        except Exception as error:  # one broken rule must not hide what all others say
            said.append((rule, None, broken(rule, error, "the change", faults)))
    judged = sort_outcomes(said, bench, {}, change.records, change.before)
    return Judged(judged.findings, judged.deferred, judged.unchecked, tuple(faults))
