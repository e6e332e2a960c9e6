"""The hook of .pre-commit-hooks.yaml, installed and run by pre-commit itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builders import GIT_ENV, Repo, good_repo

pytestmark = pytest.mark.slow  # pre-commit installs the package and its libraries with pip
ONLY = (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE", "src")


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """This repository as it is now, committed: pre-commit takes a revision."""
    top = Path(__file__).parent.parent.parent
    made = Repo(tmp_path_factory.mktemp("hooks") / "registrar")
    for name in ONLY:
        if (top / name).is_dir():
            skip = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(top / name, made.path / name, ignore=skip)
        else:
            shutil.copy(top / name, made.path / name)
    made.commit("hooks")
    return made


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


def try_repo(repo: Repo, hooks: Repo, store: Path, *files: str) -> tuple[int, str]:
    command = [sys.executable, "-I", "-m", "pre_commit", "try-repo", str(hooks.path)]
    done = subprocess.run(
        [*command, "registrar-check", "--verbose", "--color=never", *files],
        cwd=repo.path,
        env=os.environ | GIT_ENV | {"PRE_COMMIT_HOME": str(store)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_the_hook_takes_a_good_entry_and_refuses_a_bad_one(
    tmp_path: Path, hooks: Repo, store: Path
) -> None:
    repo = good_repo(tmp_path / "registry")
    repo.add_entry("wine-1.1.0")
    repo.git("add", "--all")
    code, said = try_repo(repo, hooks, store)
    assert code == 0, said
    assert "PASS: 1 entry checked" in said
    repo.write("model_registry/wine-1.1.0/MODEL_CARD.md", "# Nothing\n")
    repo.git("add", "--all")
    code, said = try_repo(repo, hooks, store)
    assert code == 1, said
    assert "error[card-sections]" in said


def test_files_beside_the_entries_do_not_wake_the_hook(
    tmp_path: Path, hooks: Repo, store: Path
) -> None:
    repo = good_repo(tmp_path / "registry")
    for path in ("MODEL_METADATA_SCHEMA.json", "README.md", "LICENSES/LicenseRef-x.txt", ".keep"):
        repo.write(f"model_registry/{path}", "{}")
    repo.write("train.py", "")
    repo.git("add", "--all")
    code, said = try_repo(repo, hooks, store)
    assert code == 0, said
    assert "no files to check" in said
