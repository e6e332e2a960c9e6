"""``--verify-bytes`` where the publisher's own bytes lie in the work tree: it reads the remote's."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import ONNX
from tracked import FILE, FOLDER, PARTS, dvc, overwrite, stored, tracked_repo

OTHER = ONNX[:-1] + bytes([ONNX[-1] ^ 1])


@pytest.mark.parametrize(("entry", "raw"), [(FILE, ONNX), (FOLDER, PARTS["a.onnx"])])
def test_tampered_bytes_are_not_hidden_by_good_ones_here(
    tmp_path: Path, entry: str, raw: bytes
) -> None:
    repo = tracked_repo(tmp_path / "registry")
    dvc(repo.path, "push", "--quiet")
    assert repo.check("--remote", "--verify-bytes").code == 0
    overwrite(stored(tmp_path / "remote", raw), raw[:-1] + bytes([raw[-1] ^ 1]))
    said = repo.check("--remote", "--verify-bytes")
    assert (said.code, said.rules) == (1, ["artifact-remote"])
    assert {found["entry"] for found in said.findings} == {entry}
    assert "the recorded one" in said.findings[0]["message"]


def test_bytes_here_are_judged_as_well(tmp_path: Path) -> None:
    repo = tracked_repo(tmp_path / "registry")
    dvc(repo.path, "push", "--quiet")
    repo.write(f"model_registry/{FILE}/model.onnx", OTHER)
    said = repo.check("--remote", "--verify-bytes")
    assert (said.code, said.rules) == (1, ["artifact-digest"])
