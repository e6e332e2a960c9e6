"""A second registrar init asks for what the first one asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from adoption import adopt, done, snapshot
from builders import Repo

ASK = "registrar init --github-event pull_request_target"
WORKFLOW, RULESET = ".github/workflows/model-registry.yml", ".github/rulesets/model-registry.json"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


@pytest.mark.parametrize("options", [(), ("--gitlab",), ("--gitlab", "--owner", "@acme/ml")])
def test_no_github_is_remembered(repo: Repo, options: tuple[str, ...]) -> None:
    assert "GitHub" not in adopt(repo, "--no-github", *options).out
    before = snapshot(repo.path)
    result = adopt(repo)
    assert snapshot(repo.path) == before
    assert "GitHub gets nothing, as when this registry was made" in result.out
    assert ASK in result.out
    assert "gh api" not in result.out
    assert set(done(repo).values()) == {"same"}
    (repo.path / "scripts/registrar.pyz").unlink()  # as a new version is taken
    adopt(repo)
    assert snapshot(repo.path) == before
    states = done(repo, *ASK.split()[2:])
    assert (states[WORKFLOW], states[RULESET]) == ("wrote", "wrote")
    assert ASK not in adopt(repo).out


def test_a_policy_of_ones_own_is_no_registry_yet(repo: Repo) -> None:
    repo.write("registrar.toml", '[registry]\nroot = "models"\n')
    assert done(repo, "--dry-run")[WORKFLOW] == "wrote"
    assert done(repo, "--no-github")["registrar.toml"] == "by hand"
    assert WORKFLOW not in done(repo), "its table [program] may still be missing"


@pytest.mark.parametrize("options", [(), ("--gitlab",), ("--owner", "@acme/ml")])
def test_what_was_taken_away_for_a_new_version_comes_back(
    repo: Repo, options: tuple[str, ...]
) -> None:
    adopt(repo, *options)
    (repo.path / RULESET).unlink()
    assert done(repo)[RULESET] == "wrote"
    (repo.path / WORKFLOW).unlink()
    assert done(repo)[WORKFLOW] == "wrote"
    (repo.path / "scripts/registrar.pyz").unlink()
    assert done(repo)["scripts/registrar.pyz"] == "wrote"


def test_the_line_that_takes_ours_asks_for_the_same(repo: Repo) -> None:
    options = ("--github-event", "pull_request", "--branch", "release/1", "--gitlab")
    adopt(repo, *options)
    before = snapshot(repo.path)
    pipeline = ".gitlab/model-registry.gitlab-ci.yml"
    for path in (WORKFLOW, RULESET, pipeline):
        repo.write(path, before[path][1] + b"\n")
    said = adopt(repo).out
    (line,) = [line.strip() for line in said.splitlines() if line.strip().startswith("rm ")]
    removed, _, again = line.partition(" && ")
    assert set(removed.split()[1:]) == {WORKFLOW, RULESET, pipeline}
    for path in removed.split()[1:]:
        (repo.path / path).unlink()
    adopt(repo, *again.split()[2:])
    assert snapshot(repo.path) == before


def test_owners_that_are_links_say_nothing(repo: Repo) -> None:
    repo.write(".github/CODEOWNERS", "* @acme/all\n")
    (repo.path / "CODEOWNERS").symlink_to(".github/CODEOWNERS")
    assert done(repo)[".github/CODEOWNERS"] == "added"


def test_a_dry_run_says_what_would_be(repo: Repo) -> None:
    repo.write(".gitattributes", "* text=auto\n")
    said = adopt(repo, "--dry-run").out
    words = {line.partition("  ")[0] for line in said.splitlines()[3:16]}
    assert words == {"would write", "would add to"}
    assert "wrote" not in said
    assert "added to " not in said
    real = adopt(repo).out
    assert "\nwrote " in real
    assert "would write" not in real
    assert "\nas it is" in adopt(repo, "--dry-run").out
