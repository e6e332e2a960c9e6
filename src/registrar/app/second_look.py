"""Judging all entries once more under the head's own policy files: what would newly fail."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from registrar.app.baselining import apply_baseline
from registrar.app.gate_files import policy_files
from registrar.app.judging import Bench, judge_all, judging_by
from registrar.app.rulebook import Rulebook, read_rulebook
from registrar.app.selection import entries_of
from registrar.app.waiving import apply_waivers
from registrar.domain.findings import Severity
from registrar.errors import PolicyError
from registrar.rules.rule import GateFile


@dataclass(frozen=True, slots=True)
class SecondLook:
    """Entries that would newly fail, and entries that nobody would judge any more."""

    failing: int = 0
    left: int = 0


NOTHING = SecondLook()


def second_look(
    bench: Bench,
    present: Rulebook,
    gate_files: tuple[GateFile, ...],
    folders: tuple[str, ...],
    at: date,
    jobs: int | None,
) -> SecondLook:
    """What becomes of the entries under the head's policy files.

    Nothing where no policy file changes, or where the head's are not valid: told elsewhere.
    """
    if not {file.path for file in gate_files} & policy_files(present.policy.root):
        return NOTHING
    try:
        # the rules of its plugins do not run before it judges
        coming = replace(read_rulebook(bench.tree, "work-tree"), plugins=present.plugins)
    except PolicyError:
        return NOTHING
    root = coming.policy.root
    then = entries_of(bench.tree, root)
    judged = Bench(bench.tree, judging_by(bench.tree, coming, then), coming.rules)
    after = _failing(judged, coming, then, at, jobs)
    if root != present.policy.root:
        return SecondLook(len(after), len(folders))  # below a new root nothing was judged before
    if not after:
        return NOTHING
    return SecondLook(len(after - _failing(bench, present, folders, at, jobs)))


def _failing(
    bench: Bench, book: Rulebook, folders: tuple[str, ...], at: date, jobs: int | None
) -> set[str | None]:
    failing: set[str | None] = set()
    limit = book.policy.waiver_max_days
    for judged, record in judge_all(bench, folders, jobs):
        waived = apply_waivers(judged.findings, book.waivers.waivers, at, limit, frozenset())
        left = apply_baseline(waived.standing, book.baseline, (record.folder,)).standing
        failing |= {f.entry for f in left if f.severity is Severity.ERROR}
    return failing
