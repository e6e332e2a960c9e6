"""``--verify-bytes`` where the publisher's own bytes lie in the work tree: it reads the remote's."""

from __future__ import annotations

from pathlib import Path

import pushed
import pytest
from builders import ONNX, Repo
from tracked import FILE, FOLDER, PARTS, overwrite, stored

repo = pushed.whole
remote = pushed.remote
OTHER = ONNX[:-1] + bytes([ONNX[-1] ^ 1])


@pytest.mark.parametrize(("entry", "raw"), [(FILE, ONNX), (FOLDER, PARTS["a.onnx"])])
def test_tampered_bytes_are_not_hidden_by_good_ones_here(
    repo: Repo, remote: Path, entry: str, raw: bytes
) -> None:
    assert repo.check("--remote", "--verify-bytes").code == 0
    overwrite(stored(remote, raw), raw[:-1] + bytes([raw[-1] ^ 1]))
    said = repo.check("--remote", "--verify-bytes")
    assert (said.code, said.rules) == (1, ["artifact-remote"])
    assert {found["entry"] for found in said.findings} == {entry}
    assert "the recorded one" in said.findings[0]["message"]


def test_bytes_here_are_judged_as_well(repo: Repo) -> None:
    repo.write(f"model_registry/{FILE}/model.onnx", OTHER)
    said = repo.check("--remote", "--verify-bytes")
    assert (said.code, said.rules) == (1, ["artifact-digest"])
