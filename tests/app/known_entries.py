"""A registry that a check has seen, and which entries the next one judges anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from builders import Repo, Result, forget_automation, good_repo

from registrar.app import judging
from registrar.app.judging import Bench, Judged
from registrar.integrations.cache import memory
from registrar.rules.rule import Record

WINE = "model_registry/wine-1.0.0"
Judgements = list[str]
SEEN: Judgements = []


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Judgements:
    """The entries that were judged and not remembered, in turn."""
    SEEN.clear()
    plainly = judging.judge_entry

    def judge(bench: Bench, folder: str) -> tuple[Judged, Record]:
        SEEN.append(folder)
        return plainly(bench, folder)

    monkeypatch.setattr(judging, "judge_entry", judge)
    return SEEN


@pytest.fixture
def known(tmp_path: Path, judged: Judgements, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A registry of two good entries which a check has seen; what is young counts as old."""
    forget_automation(monkeypatch)
    monkeypatch.setattr(memory, "SLACK", -(10**12))
    repo = good_repo(tmp_path / "repo")
    repo.add_entry("beer-1.0.0")
    assert checked(repo).code == 0
    assert judged == ["beer-1.0.0", "wine-1.0.0"]
    judged.clear()
    return repo


def checked(repo: Repo, *words: str) -> Result:
    """A check with the cache, which says what one without says."""
    with_it = repo.check("--at", "2026-11-24", *words)
    seen = list(SEEN)
    without = repo.check("--at", "2026-11-24", "--no-cache", *words)
    SEEN[:] = seen
    assert (with_it.code, with_it.out) == (without.code, without.out)
    return with_it


def _edit(repo: Repo) -> None:
    repo.edit(f"{WINE}/MODEL_CARD.md", "## Limitations", "## Boundaries of it all")


def _same_size_and_mtime(repo: Repo) -> None:
    path = repo.path / WINE / "metadata.yaml"
    status = path.stat()
    text = path.read_bytes()
    path.write_bytes(text.replace(b"license: Apache-2.0", b"license: Apache-9.9"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size
    assert path.stat().st_mtime_ns == status.st_mtime_ns
