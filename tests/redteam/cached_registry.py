"""A registry whose only entry is bad, and the cache of the check that saw it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from builders import Repo, forget_automation, good_repo

from registrar.integrations.cache import memory

WINE = "model_registry/wine-1.0.0"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A registry whose only entry is bad, and which a check has seen."""
    forget_automation(monkeypatch)
    monkeypatch.setattr(memory, "SLACK", -(10**12))
    repo = good_repo(tmp_path / "repo")
    (repo.path / WINE / "MODEL_CARD.md").unlink()
    repo.git("remote", "add", "origin", ".")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    assert repo.check().code == 1
    return repo


@pytest.fixture
def cache(repo: Repo) -> Path:
    (path,) = (Path(os.environ["XDG_CACHE_HOME"]) / "registrar").iterdir()
    return path
