"""Where card-links looks: in the entry, beside it when it must, and never through a link."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from builders import CARD, ENTRY, Repo, good_repo

from registrar.integrations.work_tree import WorkTree
from registrar.reading.entry import Entry
from registrar.rules.card_links import RULE
from registrar.rules.rule import Judging


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return good_repo(tmp_path / "repo")


def write(repo: Repo, link: str) -> None:
    repo.write(f"{ENTRY}/MODEL_CARD.md", CARD.replace("Teaching,", f"{link} Teaching,"))


def messages(repo: Repo, *argv: str) -> list[str]:
    return [f["message"] for f in repo.check(*argv).findings if f["rule"] == "card-links"]


@pytest.mark.parametrize(
    ("link", "outside"),
    [
        ("", False),
        ("[m](metrics.json)", False),
        ("[m](../wine-1.0.0/metrics.json)", False),
        ("[m](no.json)", False),
        ("[m](../../../no.json)", False),
        ("[m](../../.git/config)", False),
        ("[m](../../train.py)", True),
        ("[m](../../no.py)", True),
        ("[m](../other-1.0.0/)", True),
    ],
)
def test_an_entry_says_that_it_was_looked_beside(link: str, outside: bool, repo: Repo) -> None:
    write(repo, link)
    entry = Entry(WorkTree(str(repo.path)), "model_registry", "wine-1.0.0")
    assert RULE.entry is not None
    judging: Judging = None  # type: ignore[assignment]  # the rule does not look at it
    list(RULE.entry(entry, judging))
    assert entry.looked_outside is outside


def test_the_same_in_a_revision_and_in_the_work_tree(repo: Repo) -> None:
    write(repo, "[a](../../train.py) [b](../../no.py) [c](..) [d](../../docs/x.md) [e](%FF.png)")
    repo.write("docs/x.md", "x")
    repo.commit()
    expected = ["../../no.py is not in the repository", "%FF.png is not in the entry"]
    assert messages(repo) == expected
    assert messages(repo, "--base", "HEAD~1", "--head", "HEAD") == expected


def test_what_lies_behind_a_symbolic_link_is_not_there(repo: Repo) -> None:
    repo.write("docs/x.md", "x")
    os.symlink("docs", repo.path / "linked")
    write(repo, "[a](../../linked) [b](../../linked/x.md)")
    repo.commit()
    expected = ["../../linked/x.md is not in the repository"]
    assert messages(repo) == expected
    assert messages(repo, "--base", "HEAD~1", "--head", "HEAD") == expected


def test_a_registry_at_the_top_and_a_root_below(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write("registrar.toml", 'schema_version = 1\n[registry]\nroot = "ml/models"\n')
    repo.add_entry()
    (repo.path / "ml").mkdir()
    os.rename(repo.path / "model_registry", repo.path / "ml/models")
    card = CARD.replace("Teaching,", "[a](../../../registrar.toml) [b](../../registrar.toml)")
    repo.write("ml/models/wine-1.0.0/MODEL_CARD.md", card)
    assert messages(repo) == ["../../registrar.toml is not in the repository"]


def test_a_control_character_of_a_target_is_not_printed(repo: Repo) -> None:
    write(repo, "[a](&#27;[31mred.png) [b](%1b.png) [c](&#x202e;gnp.png)")
    told = repo.check_text()
    assert "\x1b" not in told.out
    assert "\u202e" not in told.out
    assert "red.png" in told.out


def test_a_long_target_is_cut(repo: Repo) -> None:
    write(repo, f"[a]({'x' * 5000}.png)")
    [message] = messages(repo)
    assert len(message) < 300


def test_a_thousand_dead_links_are_told_to_a_hundred(repo: Repo) -> None:
    write(repo, " ".join(f"[a](no{i}.png)" for i in range(1000)))
    assert len(messages(repo)) == 101
