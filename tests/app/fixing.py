"""A registry of one good entry that tests break, and ``registrar fix`` in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import ENTRY, ONNX, POLICY, Repo, Result, run

METADATA = f"{ENTRY}/metadata.yaml"
SIZE = f", size: {len(ONNX)}"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "repo", git=False)
    made.write("registrar.toml", POLICY)
    made.add_entry()
    return made


def fix(repo: Repo, *argv: str) -> Result:
    return run("fix", *argv, cwd=repo.path)


def texts(repo: Repo) -> dict[str, bytes]:
    files = (p for p in repo.path.rglob("*") if p.is_file() and ".git" not in p.parts)
    return {str(p.relative_to(repo.path)): p.read_bytes() for p in files}
