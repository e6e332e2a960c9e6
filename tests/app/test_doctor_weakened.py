"""registrar doctor where the gate was weakened on purpose: no line may say that it holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import Repo
from doctored import OWNERS, PYZ, WORKFLOW, copy_of, make_registry, offline


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return make_registry(tmp_path_factory.mktemp("made") / "registry")


@pytest.fixture
def repo(made: Repo, tmp_path: Path) -> Repo:
    return copy_of(made, tmp_path / "registry")


def test_another_gate_on_the_branch_that_judges(repo: Repo, tmp_path: Path) -> None:
    server = Repo(tmp_path / "s.git", git=False)
    server.git("init", "--quiet", "--bare", "--initial-branch=main")
    repo.git("remote", "add", "origin", str(server.path))
    repo.git("checkout", "--quiet", "-b", "good")
    repo.git("checkout", "--quiet", "main")
    repo.edit(WORKFLOW, 'exit "$code"', "exit 0")
    repo.write(PYZ, b"another program")
    repo.commit("weaken it")
    repo.git("push", "--quiet", "origin", "main")
    repo.git("checkout", "--quiet", "good")
    said = offline(repo.path)
    assert "gate-merged" in said.bad
    assert WORKFLOW in said.told("gate-merged")
    assert PYZ in said.told("gate-merged")
    repo.git("push", "--quiet", "--force", "origin", "good:main")
    assert offline(repo.path).state("gate-merged") == "holds"
