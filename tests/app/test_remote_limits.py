"""What a remote holds is read no further than it may be that which was published."""

from __future__ import annotations

from pathlib import Path

import pushed
from builders import ONNX, Repo
from tracked import PARTS, stored

repo = pushed.fresh
remote = pushed.remote


def test_what_has_another_size_is_not_read(repo: Repo, remote: Path) -> None:
    """A sparse file of a tebibyte: reading it would take the day."""
    for raw in (ONNX, PARTS["config.json"]):
        place = stored(remote, raw)
        place.chmod(0o644)
        with place.open("r+b") as stream:
            stream.truncate(1 << 40)
    said = repo.check("--remote", "--verify-bytes")
    assert (said.code, said.rules) == (1, ["artifact-remote"])
    assert all("has 1,099,511,627,776 bytes" in found["message"] for found in said.findings)
