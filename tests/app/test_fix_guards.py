"""What a rule offers is not trusted: it must fit, stay in its entry, and be a gain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from builders import COMMIT, ENTRY, POLICY, Repo

from registrar.app.asking import CheckRequest
from registrar.app.fix import fix
from registrar.assemble import world_at
from registrar.domain.findings import Edit, Fix, Outcome, Phase, Problem, Severity
from registrar.domain.mending import Mending
from registrar.domain.places import At, Span
from registrar.reading.entry import Entry
from registrar.rules.rule import Judging, Rule

Check = Callable[[Entry, Judging], Iterator[Outcome]]
CARD = "MODEL_CARD.md"
HEAD = Span(1, 1, 1, 1)


@dataclass
class Installed:
    """The entry points of an organisation's package, without installing one."""

    rule: Rule

    def load(self, name: str) -> tuple[object, str]:
        return self.rule, "acme"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "repo", git=False)
    made.write("registrar.toml", POLICY + '[rules]\nplugins = ["acme-x"]\n')
    made.add_entry()
    return made


def mend(repo: Repo, check: Check) -> Mending:
    rule = Rule("acme-x", Phase.STATIC, Severity.ERROR, "x", entry=check)
    world = replace(world_at(str(repo.path)), plugins=Installed(rule))
    return fix(CheckRequest(jobs=1), world)


def always(*edits: Edit) -> Check:
    def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
        yield Problem("no good", "do better", At(CARD), fix=Fix("mend it", edits))

    return check


def once(*edits: Edit) -> Check:
    """The rule is content once the card begins with MENDED."""

    def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
        if not entry.card_text[0].startswith("MENDED"):
            yield Problem("no good", "do better", At(CARD), fix=Fix("mend it", edits))

    return check


OK = Edit(CARD, HEAD, "MENDED\n\n")


def at_the_top(*edits: Edit) -> Check:
    def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
        at = At("registrar.toml", absolute=True)
        yield Problem("no good", "do better", at, fix=Fix("mend it", edits))

    return check


WRONG: dict[str, tuple[Check, str]] = {
    "it changes nothing": (always(OK), "the finding would stay"),
    "no such line": (always(Edit(CARD, Span(999, 1, 999, 1), "x")), "the edit does not fit"),
    "edits that touch": (always(OK, OK), "the edit does not fit"),
    "another entry": (always(Edit("../beer-1.0.0/MODEL_CARD.md", HEAD, "x")), "no plain file"),
    "out of the registry": (always(Edit("../../registrar.toml", HEAD, "x")), "no plain file"),
    "out of the repository": (always(Edit("../../../x", HEAD, "x")), "no plain file"),
    "absolute": (always(Edit("/etc/passwd", HEAD, "x")), "no plain file"),
    "of nobody in particular": (at_the_top(Edit("train.py", HEAD, "x")), "no file of the entry"),
    "not there": (always(Edit("gone.md", HEAD, "x")), "no plain file"),
    "unreadable after": (once(OK, Edit("metadata.yaml", HEAD, "a: &a b\n")), "could not be read"),
    "controls after": (once(replace(OK, text="MENDED\x1b\n")), "could not be read"),
    "not JSON after": (once(OK, Edit("metrics.json", HEAD, "{")), "could not be read"),
    "too large after": (once(replace(OK, text="MENDED" + "x" * 1024 * 1024)), "larger than"),
    "another finding": (
        once(OK, Edit("metadata.yaml", HEAD, "licence: MIT\n")),
        "it would bring metadata-schema: unknown key",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_fix_is_refused_with_the_reason(name: str, repo: Repo) -> None:
    check, reason = WRONG[name]
    repo.add_entry("beer-1.0.0")
    mending = mend(repo, check)
    assert (mending.mended, mending.changes) == ((), ())
    assert all(reason in refused.reason for refused in mending.refused), mending.refused
    assert len(mending.refused) == 2
    assert (mending.found, mending.left, mending.exit_code) == (2, 2, 1)


def test_a_right_one_is_applied(repo: Repo) -> None:
    mending = mend(repo, once(OK))
    assert [change.path for change in mending.changes] == [f"{ENTRY}/{CARD}"]
    assert mending.changes[0].after == b"MENDED\n\n" + mending.changes[0].before
    assert mending.exit_code == 0


def test_a_byte_order_mark_stays_in_front(repo: Repo) -> None:
    card = repo.path / ENTRY / CARD
    card.write_bytes(b"\xef\xbb\xbf" + card.read_bytes().replace(b"\n", b"\r\n"))

    def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
        if "MENDED" not in entry.card_text[0]:
            yield Problem("no good", "do better", At(CARD), fix=Fix("mend it", (OK,)))

    (change,) = mend(repo, check).changes
    assert change.after == b"\xef\xbb\xbfMENDED\r\n\r\n" + change.before[3:]


def test_of_fixes_that_touch_the_first_wins_and_the_next_pass_has_the_other(repo: Repo) -> None:
    def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
        text = entry.card_text[0]
        for word in ("ONE", "TWO", "THREE"):
            if word not in text:
                edit = Edit(CARD, HEAD, f"{word}\n\n")
                yield Problem(f"{word} is missing", "", At(CARD), fix=Fix(f"add {word}", (edit,)))

    mending = mend(repo, check)
    assert len(mending.mended) == 3
    assert b"ONE" in mending.changes[0].after


def test_ten_passes_are_all(repo: Repo) -> None:
    def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
        count = entry.card_text[0].count("x\n\n")
        edit = Edit(CARD, HEAD, "x\n\n")
        yield Problem(f"{count} of endlessly many", "", At(CARD), fix=Fix("add one", (edit,)))

    mending = mend(repo, check)
    assert (len(mending.mended), mending.left) == (10, 1)


def test_one_fix_in_several_files_is_all_or_none(repo: Repo) -> None:
    repo.add_entry("beer-1.0.0")
    (repo.path / "model_registry/beer-1.0.0/metrics.json").unlink()
    mending = mend(repo, once(OK, Edit("metrics.json", HEAD, " ")))
    wanted = [f"{ENTRY}/{CARD}", f"{ENTRY}/metrics.json"]
    assert [change.path for change in mending.changes] == wanted
    assert [refused.entry for refused in mending.refused] == ["beer-1.0.0"]


def test_the_change_of_one_entry_is_no_reason_against_another(repo: Repo) -> None:
    repo.add_entry("beer-1.0.0")
    repo.edit("model_registry/beer-1.0.0/metadata.yaml", COMMIT, "main")
    mending = mend(repo, once(OK))
    assert [item.entry for item in mending.mended] == ["beer-1.0.0", "wine-1.0.0"]
