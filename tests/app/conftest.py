"""What most tests change: a good registry, one as ``init`` leaves it, one that DVC pushed."""

from __future__ import annotations

from pathlib import Path

import pushed
import pytest
from builders import Repo, good_repo
from changes import branch
from doctored import make_registry

pushed_registry = pushed.pushed_registry


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A good registry on main, with a branch out."""
    return branch(good_repo(tmp_path / "repo"))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """What ``init`` leaves, committed; tests change copies of it."""
    return make_registry(tmp_path_factory.mktemp("made") / "registry")
