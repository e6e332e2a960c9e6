"""``registrar register`` of entries whose bytes DVC tracks: they lie beside what is committed."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import ONNX, run
from tracked import FILE, FOLDER, tracked_repo, without_bytes

pytestmark = pytest.mark.filterwarnings("ignore")  # MLflow's own, and those of its libraries


@pytest.mark.parametrize("here", [True, False])
def test_tracked_bytes_are_not_asked_of_git(
    tmp_path: Path, here: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    repo = tracked_repo(tmp_path / "registry")
    if not here:
        without_bytes(repo)
    argv = ("--registry-uri", f"sqlite:///{tmp_path}/registry.db")
    for folder in (FILE, FOLDER):
        said = run("register", folder.replace("-", ":"), *argv, cwd=repo.path)
        assert said.code == 0, said.err
        assert said.out.startswith(f"{folder} registered: wine version ")


def test_what_is_not_committed_is_still_refused(tmp_path: Path) -> None:
    repo = tracked_repo(tmp_path / "registry")
    repo.write(f"model_registry/{FILE}/model-copy.onnx", ONNX)
    said = run("register", "wine:1.0.0", "--registry-uri", "sqlite:///x.db", cwd=repo.path)
    assert said.code == 2
    assert "model-copy.onnx is not as it is committed" in said.err
