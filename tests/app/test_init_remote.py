"""registrar init and the workflow that asks for the bytes: when it is written, and kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from adoption import adopt, done, snapshot
from builders import Repo

REMOTE = (
    ".github/workflows/model-registry-remote.yml",
    "scripts/registrar-remote-requirements.txt",
)


@pytest.fixture
def empty(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "empty")


def test_bytes_are_asked_for_where_there_is_a_remote_or_somebody_wants_it(tmp_path: Path) -> None:
    def parts(repo: Repo, *options: str) -> list[str]:
        return [state for path, state in done(repo, *options).items() if path in REMOTE]

    repo = Repo(tmp_path / "dvc")
    repo.write(".dvc/config", "[core]\n    remote = storage\n")
    assert parts(repo) == ["wrote", "wrote"]
    assert parts(repo) == ["same", "same"], "not forgotten"
    repo.edit(REMOTE[0], "branches", "Branches")
    assert parts(repo) == ["differs", "same"], "and never overwritten"
    for path in REMOTE:
        (repo.path / path).unlink()
    assert parts(repo) == [], "whoever took it away wants it so"
    assert "\n      registrar init --remote\n" in adopt(repo).out
    assert parts(repo, "--remote") == ["wrote", "wrote"]
    later = Repo(tmp_path / "later")
    assert parts(later) == []
    later.write(".dvc/config", "")
    assert parts(later) == []
    (lock,) = (repo.path / path for path in REMOTE[1:])
    assert lock.read_bytes() == (Path(__file__).parents[2] / "requirements/remote.txt").read_bytes()


@pytest.mark.parametrize("options", [("--no-remote",), ("--no-github",)])
def test_bytes_are_not_asked_for_against_a_wish(empty: Repo, options: tuple[str, ...]) -> None:
    empty.write(".dvc/config", "")
    assert not set(done(empty, *options)) & set(REMOTE)
    assert "registrar init --remote" not in adopt(empty, *options).out


def test_without_github_nobody_asks_for_bytes(empty: Repo) -> None:
    refused = adopt(empty, "--no-github", "--remote")
    assert (refused.code, "is a workflow of GitHub" in refused.err) == (2, True)
    assert snapshot(empty.path) == {}


def test_the_removal_that_is_proposed_brings_the_remote_workflow_back(empty: Repo) -> None:
    adopt(empty, "--remote")
    for path in REMOTE:
        (empty.path / path).write_text("old\n")
    said = adopt(empty).out
    assert f"rm {REMOTE[0]} && registrar init --remote" in said
    assert f"rm {REMOTE[1]} && registrar init" in said


def test_what_is_to_be_done_for_the_bytes_is_said(empty: Repo) -> None:
    said = adopt(empty, "--remote", "--branch", "trunk").out
    assert "branches trunk and gh-readonly-queue/trunk/*" in said
    assert "gh secret set --env model-registry-remote-merged MODEL_REGISTRY_AWS" in said
