"""Judging all entries once more under the head's own policy files: what would newly fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from registrar.app.gate_files import policy_files
from registrar.app.judging import Bench, judge_all
from registrar.app.rulebook import Rulebook, read_rulebook
from registrar.app.waiving import apply_waivers
from registrar.domain.findings import Severity
from registrar.errors import PolicyError
from registrar.rules.rule import GateFile


def newly_failing(
    bench: Bench,
    present: Rulebook,
    gate_files: tuple[GateFile, ...],
    folders: tuple[str, ...],
    at: date,
    jobs: int | None,
) -> int:
    """Number of entries that fail under the head's policy files and do not under the base's.

    0 where no policy file changes, or where the head's are not valid, which is told elsewhere.
    """
    if not {file.path for file in gate_files} & policy_files(present.policy.root):
        return 0
    try:
        coming = read_rulebook(bench.tree, "work-tree")
    except PolicyError:
        return 0
    judging = replace(bench.judging, policy=coming.policy, schema=coming.schema)
    off = {name for name, severity in coming.policy.severity.items() if severity == "off"}
    rules = tuple(name for name in bench.rules if name not in off)
    after = _failing(replace(bench, judging=judging, rules=rules), coming, folders, at, jobs)
    return len(after - _failing(bench, present, folders, at, jobs)) if after else 0


def _failing(
    bench: Bench, book: Rulebook, folders: tuple[str, ...], at: date, jobs: int | None
) -> set[str | None]:
    failing: set[str | None] = set()
    limit = book.policy.waiver_max_days
    for judged, _ in judge_all(bench, folders, jobs):
        waived = apply_waivers(judged.findings, book.waivers.waivers, at, limit, frozenset())
        failing |= {f.entry for f in waived.standing if f.severity is Severity.ERROR}
    return failing
