"""The repository that most tests change: a good registry on main, with a branch out."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import Repo, good_repo
from changes import branch


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return branch(good_repo(tmp_path / "repo"))
