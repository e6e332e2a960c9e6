"""A registry as ``registrar init --remote`` leaves it, cloned from GitHub."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import Repo
from doctored import copy_of, make_registry, on_github

NETWORK = '[network]\ndvc_remotes = ["storage"]\n'


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = make_registry(
        tmp_path_factory.mktemp("asking") / "registry",
        options=("--remote",),
    )
    text = (repo.path / "registrar.toml").read_text(encoding="utf-8")
    repo.write("registrar.toml", text + NETWORK)
    repo.commit("network")
    return on_github(repo)


@pytest.fixture
def repo(asking: Repo, tmp_path: Path) -> Repo:
    return copy_of(asking, tmp_path / "registry")
