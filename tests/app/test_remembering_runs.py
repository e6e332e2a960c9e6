"""In which runs anything is remembered: not where time, place or the caller tells too little."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import known_entries
import pytest
from builders import POLICY, Repo, forget_automation, good_repo, run
from known_entries import WINE, Judgements, _edit, _same_size_and_mtime, checked

from registrar.app import judging
from registrar.integrations.cache import memory

judged = known_entries.judged
known = known_entries.known


def test_an_entry_as_young_as_the_look_at_it_is_judged_again(
    tmp_path: Path, judged: Judgements, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_automation(monkeypatch)
    repo = good_repo(tmp_path / "repo")
    for _ in range(2):
        checked(repo)
    assert judged == ["wine-1.0.0", "wine-1.0.0"]


def test_a_time_in_the_future_is_never_old_enough(
    tmp_path: Path, judged: Judgements, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_automation(monkeypatch)
    repo = good_repo(tmp_path / "repo")
    path = repo.path / WINE / "MODEL_CARD.md"
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 10**15))
    monkeypatch.setattr(memory, "SLACK", -(10**12))
    for _ in range(2):
        checked(repo)
    assert judged == ["wine-1.0.0", "wine-1.0.0"]


def test_a_clock_that_goes_backwards(
    known: Repo, judged: Judgements, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = memory.time.time_ns
    monkeypatch.setattr(memory, "SLACK", 0)
    monkeypatch.setattr(memory.time, "time_ns", lambda: real() - 10**13)
    assert checked(known).code == 0
    assert judged == []  # what was old enough once has not become younger
    _same_size_and_mtime(known)
    assert checked(known).code == 1
    assert judged == ["wine-1.0.0"]


def test_a_rule_that_looks_outside_is_asked_each_time(
    known: Repo, judged: Judgements, monkeypatch: pytest.MonkeyPatch
) -> None:
    plainly = judging.Entry

    class Outward(plainly):  # type: ignore[valid-type, misc]
        """An entry of which some rule looks beside it."""

        def __init__(self, *words: object) -> None:
            super().__init__(*words)
            self.looked_outside = self.folder == "wine-1.0.0"

    monkeypatch.setattr(judging, "Entry", Outward)
    for folder in ("wine-1.0.0", "beer-1.0.0"):
        path = known.path / f"model_registry/{folder}/metadata.yaml"
        path.write_bytes(path.read_bytes())
    checked(known)
    judged.clear()
    checked(known)
    assert judged == ["wine-1.0.0"]


@pytest.mark.parametrize(
    "name", ["CI", "GITHUB_ACTIONS", "GITLAB_CI", "PRE_COMMIT", "GIT_INDEX_FILE"]
)
def test_hooks_and_ci_judge_anew(
    known: Repo, judged: Judgements, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "true")
    checked(known)
    assert judged == ["beer-1.0.0", "wine-1.0.0"]


def test_a_revision_is_judged_anew(known: Repo, judged: Judgements) -> None:
    known.commit("beer")
    judged.clear()
    assert checked(known, "--base", "HEAD~2", "--head", "HEAD").code == 0
    assert judged == ["beer-1.0.0", "wine-1.0.0"]


def test_a_work_tree_against_a_base_profits(known: Repo, judged: Judgements) -> None:
    known.commit("beer")
    _edit(known)
    assert checked(known, "--base", "HEAD").code == 1
    assert judged == ["wine-1.0.0"]
    judged.clear()
    assert checked(known, "--base", "HEAD~1").code == 1
    assert judged == ["wine-1.0.0"]


def test_object_ids_of_unchanged_entries_are_remembered(
    known: Repo, judged: Judgements, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registrar.integrations.work_tree import WorkTree

    known.commit("beer")
    known.git("remote", "add", "origin", ".")
    known.git("update-ref", "refs/remotes/origin/main", "HEAD")
    known.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    hashed: list[str] = []
    plainly = WorkTree._tree_id

    def tree_id(self: WorkTree, folder: str, *words: object) -> str | None:
        hashed.append(folder)
        return plainly(self, folder, *words)  # type: ignore[arg-type]

    checked(known)
    monkeypatch.setattr(WorkTree, "_tree_id", tree_id)
    known.check()
    assert hashed == []
    _edit(known)
    result = known.check()
    assert hashed == [WINE]
    assert "version-immutable" in {f["rule"] for f in result.findings}
    assert checked(known).code == 1


def test_plugins_may_look_anywhere_so_nothing_is_remembered(
    known: Repo, judged: Judgements
) -> None:
    known.write("registrar.toml", POLICY + '[rules]\nplugins = ["acme-gone"]\n')
    for _ in range(2):
        checked(known)
    assert judged == ["beer-1.0.0", "wine-1.0.0"] * 2


def test_from_another_folder_and_by_another_path(
    known: Repo, judged: Judgements, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(known.path)
    assert run("check", str(tmp_path / "link"), cwd=tmp_path).code == 0
    assert run("check", cwd=known.path / WINE).code == 0
    assert judged == []
    shutil.copytree(known.path, tmp_path / "copy", symlinks=True)
    assert run("check", cwd=tmp_path / "copy").code == 0
    assert judged == ["beer-1.0.0", "wine-1.0.0"]
