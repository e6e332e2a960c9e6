"""A registry whose bytes DVC has pushed: made once, and a copy of it for every test.

A test module takes the fixtures by assignment: ``repo = pushed.fresh``.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from builders import Repo
from tracked import dvc, tracked_repo, without_bytes


@pytest.fixture(scope="session")
def pushed_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the registry and its remote, everything pushed, and all bytes here, too."""
    place = tmp_path_factory.mktemp("pushed")
    dvc(tracked_repo(place / "registry").path, "push", "--quiet")
    return place


@pytest.fixture
def whole(pushed_registry: Path, tmp_path: Path) -> Repo:
    """A copy of it: the registry is ``tmp_path / "registry"``, the remote lies beside it."""
    shutil.copytree(pushed_registry, tmp_path, symlinks=True, dirs_exist_ok=True)
    return Repo(tmp_path / "registry", git=False)


@pytest.fixture
def fresh(pushed_registry: Path, tmp_path: Path) -> Repo:
    """The same as in a fresh clone: the bytes are on the remote alone."""
    shutil.copytree(pushed_registry, tmp_path, symlinks=True, dirs_exist_ok=True)
    repo = Repo(tmp_path / "registry", git=False)
    without_bytes(repo)
    return repo


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """The remote of the copy."""
    return tmp_path / "remote"
