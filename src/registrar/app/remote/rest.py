"""The entries that a change does not touch: are the bytes behind their pointers still there?

Who wrote the change cannot mend what others lost. Before it is merged that is a warning, and could
not ask is one, too; once it is merged (an old tip is compared with) both count in full.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from registrar.app.judging import Bench, Judged, heard, record_of, sort_outcomes
from registrar.app.remote.dvc import ask_remotes
from registrar.app.remote.judging import BYTES_RULE, Asking, remotes_of
from registrar.domain.findings import Blocked, Outcome, Problem, Severity
from registrar.reading.entry import Entry
from registrar.rules.rule import Evidence, Rule

_Said = list[tuple[Rule, str | None, Outcome]]
_BEFORE = (
    "the change does not touch this entry",
    "not for the author of this change, but for whoever keeps the remote: ",
)
_AFTER = ("the push does not bring this entry", "for whoever keeps the remote: ")
_ASK = "registrar check --remote asks for each entry"


def judge_rest(bench: Bench, folders: Iterable[str], asking: Asking, merged: bool) -> Judged:
    """Ask for the bytes of entries, without reading them; ``merged`` tells a change that is."""
    rule = next((rule for rule in bench.rules if rule.name == BYTES_RULE), None)
    policy = bench.judging.policy
    found = (Entry(bench.tree, policy.root, folder, policy.card_profile) for folder in folders)
    entries = {entry.folder: entry for entry in found if entry.outs}
    if rule is None or rule.remote is None or not entries:
        return Judged()
    records = {folder: record_of(entry) for folder, entry in entries.items()}
    outs = ask_remotes(entries, records, remotes_of(bench, asking))
    faults: list[str] = []
    said: _Said = []
    blind: list[tuple[str, str]] = []
    for folder, entry in entries.items():
        asked = partial(rule.remote, entry, Evidence(outs.get(folder, ())))
        for outcome in heard(rule, asked, entry, faults):
            if isinstance(outcome, Blocked):
                blind.append((folder, outcome.reason))
            elif isinstance(outcome, Problem):
                said.append((rule, folder, _told(outcome, merged)))
    said += [(rule, None, outcome) for outcome in _unasked(blind, merged)]
    return replace(sort_outcomes(said, bench, entries, records), faults=tuple(faults))


def _told(problem: Problem, merged: bool) -> Problem:
    what, who = _AFTER if merged else _BEFORE
    severity = problem.severity if merged else Severity.WARNING
    message = f"{problem.message}; {what}"
    return replace(problem, message=message, hint=f"{who}{problem.hint}", severity=severity)


def _unasked(blind: list[tuple[str, str]], merged: bool) -> Iterator[Outcome]:
    """One line for all: where a remote is down each of its entries says the same."""
    if not blind:
        return
    folder, reason = blind[0]
    count = len({folder for folder, _ in blind})
    those = f"{count:,} entries" if count > 1 else "an entry"
    message = f"could not ask for the bytes of {those} besides the change ({folder}: {reason})"
    if merged:
        yield Blocked(f"{message}; {_ASK}")
    else:
        yield Problem(message, _ASK, severity=Severity.WARNING)
