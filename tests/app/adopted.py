"""A registry that was adopted with models of no papers, and its baseline."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import ONNX, POLICY, Repo, good_entry
from changes import branch

from registrar.app.baseline import adopt
from registrar.assemble import world_at

OLD = "model_registry/old-1.0.0"


@pytest.fixture
def old(tmp_path: Path) -> Repo:
    """A registry that was adopted with one entry of a model and nothing else."""
    repo = Repo(tmp_path / "adopted")
    repo.write("registrar.toml", POLICY)
    repo.write(f"{OLD}/model.onnx", ONNX)
    repo.write("model_registry/resnet-50/model.onnx", ONNX)
    repo.add_entry()
    repo.write("baseline.yaml", adopt(world_at(str(repo.path)), {}).text)
    repo.commit("adopt")
    return branch(repo)


def papers(repo: Repo, folder: str = OLD) -> None:
    for name, content in good_entry().items():
        if name != "model.onnx":
            content = content.replace(b"name: wine\nversion", b"name: old\nversion")
            repo.write(f"{folder}/{name}", content)


def baseline(repo: Repo) -> str:
    return (repo.path / "baseline.yaml").read_text()


def take_off(repo: Repo, entry: str = "old-1.0.0") -> None:
    lines = [line for line in baseline(repo).splitlines() if not line.startswith(f'  "{entry}')]
    repo.write("baseline.yaml", "\n".join(lines) + "\n")
