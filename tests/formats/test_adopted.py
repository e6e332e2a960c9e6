"""What registrar init says, also of hostile names."""

from __future__ import annotations

import json

from registrar.domain.shipping import Adopted, Done, Outcome
from registrar.formats.adopted import as_json, text

HOSTILE = "a\x1b[31m\u202e\nb"


def adopted(*outcomes: Outcome, dry_run: bool = False) -> Adopted:
    return Adopted(
        top=f"/{HOSTILE}",
        root=HOSTILE,
        branch=HOSTILE,
        branch_from=HOSTILE,
        below=True,
        dry_run=dry_run,
        outcomes=outcomes,
        next_steps=(f"do\n{HOSTILE}",),
    )


ALL = [Outcome(f"{done.value}{HOSTILE}", "about", done, f"told {HOSTILE}", True) for done in Done]


def test_nothing_hostile_reaches_a_terminal() -> None:
    said = text(adopted(*ALL))
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert as_json(adopted(*ALL)).isascii()
    assert json.loads(as_json(adopted(*ALL)))["root"] == HOSTILE


def test_every_kind_of_outcome_is_told_and_counted() -> None:
    said = text(adopted(*ALL))
    assert said.count("(git ignores it)") == len(ALL)
    assert (
        "1 written, 1 added to, 1 updated, 1 as they should be, 1 left alone though different, "
        "1 kept, 1 to be changed by hand\n"
    ) in said
    assert "dry run, nothing was written; it would be: 1 written" in text(
        adopted(*ALL, dry_run=True)
    )
    assert "nothing to write: 1 as they should be\n" in text(
        adopted(Outcome("a", "about", Done.SAME))
    )
