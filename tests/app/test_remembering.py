"""What is remembered of entries: only what is plainly good, and only while nothing changes."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest
from builders import POLICY, Repo, Result, forget_automation, good_repo, run

from registrar.app import judging
from registrar.app.judging import Bench, Judged
from registrar.app.remembering import recall, worth_keeping
from registrar.domain.findings import Deferred, Unchecked
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


def test_what_has_not_changed_is_not_judged_again(known: Repo, judged: Judgements) -> None:
    assert checked(known).code == 0
    assert judged == []
    known.check("--no-cache")
    assert judged == ["beer-1.0.0", "wine-1.0.0"]


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


def _replace_by_a_copy(repo: Repo) -> None:
    path = repo.path / WINE / "metadata.yaml"
    status = path.stat()
    other = path.with_name("other")
    other.write_bytes(path.read_bytes().replace(b"license: Apache-2.0", b"license: Apache-9.9"))
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)


def _add(repo: Repo) -> None:
    repo.write(f"{WINE}/.gitattributes", "* text\n")


def _add_deep(repo: Repo) -> None:
    repo.write(f"{WINE}/a/b/c/.gitattributes", "* text\n")


def _remove(repo: Repo) -> None:
    (repo.path / WINE / "model.onnx").unlink()


def _rename(repo: Repo) -> None:
    (repo.path / WINE / "MODEL_CARD.md").rename(repo.path / WINE / "CARD.md")


def _link(repo: Repo) -> None:
    path = repo.path / WINE / "model.onnx"
    path.rename(repo.path / "elsewhere.onnx")
    path.symlink_to("../../elsewhere.onnx")


def _pipe(repo: Repo) -> None:
    os.mkfifo(repo.path / WINE / "pipe")


def _mode(repo: Repo) -> None:
    (repo.path / WINE / "metadata.yaml").unlink()
    (repo.path / WINE / "metadata.yaml").mkdir()


@pytest.mark.parametrize(
    "change",
    [
        *(_edit, _same_size_and_mtime, _replace_by_a_copy, _add, _add_deep, _remove, _rename),
        *(_link, _pipe, _mode),
    ],
)
def test_an_entry_that_changed_is_judged_again(
    known: Repo, judged: Judgements, change: Callable[[Repo], None]
) -> None:
    change(known)
    for _ in range(2):  # a finding is never remembered
        assert checked(known).code == 1
        assert judged == ["wine-1.0.0"]
        judged.clear()


def test_an_edit_taken_back_is_judged_again_once(known: Repo, judged: Judgements) -> None:
    path = known.path / WINE / "metadata.yaml"
    path.write_bytes(path.read_bytes())
    assert [checked(known).code for _ in range(2)] == [0, 0]
    assert judged == ["wine-1.0.0"]


@pytest.mark.parametrize(
    ("path", "text", "again"),
    [
        ("registrar.toml", POLICY.replace('"Apache-2.0", ', ""), ["beer-1.0.0", "wine-1.0.0"]),
        ("registrar.toml", POLICY + "# said\n", []),
        ("waivers.yaml", "waivers: []\n", []),
        ("model_registry/LICENSES/LicenseRef-x.txt", "text\n", ["beer-1.0.0", "wine-1.0.0"]),
        ("model_registry/README.md", "text\n", []),
    ],
)
def test_what_judges_is_part_of_the_answer(
    known: Repo, judged: Judgements, path: str, text: str, again: list[str]
) -> None:
    known.write(path, text)
    checked(known)
    assert judged == again


def test_another_schema_judges_anew(known: Repo, judged: Judgements, top: Path) -> None:
    schema = json.loads((top / "model_registry/MODEL_METADATA_SCHEMA.json").read_bytes())
    schema["required"].append("owners")
    known.write("model_registry/MODEL_METADATA_SCHEMA.json", json.dumps(schema))
    assert checked(known).code == 1
    assert judged == ["beer-1.0.0", "wine-1.0.0"]


def test_a_sibling_that_collides_judges_anew(known: Repo, judged: Judgements) -> None:
    known.add_entry("ale-1.0.0")
    checked(known)
    assert judged == ["ale-1.0.0"]
    judged.clear()
    known.write("model_registry/Wine-1.0.0/x.md", "x")
    assert "wine-1.0.0" in {f["entry"] for f in checked(known).findings}
    assert "wine-1.0.0" in judged


def test_an_entry_under_another_name_is_another(known: Repo, judged: Judgements) -> None:
    (known.path / WINE).rename(known.path / "model_registry/wine-2.0.0")
    assert checked(known).rules == ["entry-name"]
    assert judged == ["wine-2.0.0"]


def test_two_entries_that_change_places(known: Repo, judged: Judgements) -> None:
    root = known.path / "model_registry"
    for old, new in (("wine-1.0.0", "x"), ("beer-1.0.0", "wine-1.0.0"), ("x", "beer-1.0.0")):
        (root / old).rename(root / new)
    assert checked(known).rules == ["entry-name"]
    assert judged == ["beer-1.0.0", "wine-1.0.0"]


def test_what_is_gone_is_forgotten_and_what_is_not_asked_for_is_kept(
    known: Repo, judged: Judgements, tmp_path: Path
) -> None:
    checked(known, WINE)
    checked(known)
    assert judged == []
    shutil.rmtree(known.path / WINE)
    checked(known)
    (cache,) = (Path(os.environ["XDG_CACHE_HOME"]) / "registrar").iterdir()
    assert b"wine-1.0.0" not in cache.read_bytes()
    assert b"beer-1.0.0" in cache.read_bytes()


def test_nothing_is_written_where_nothing_is_new(known: Repo) -> None:
    known.write("model_registry/LICENSES/LicenseRef-x.txt", "text\n")
    known.commit("beer")
    known.git("update-ref", "refs/remotes/origin/main", "HEAD")
    known.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    checked(known)
    (cache,) = (Path(os.environ["XDG_CACHE_HOME"]) / "registrar").iterdir()
    before = cache.stat().st_ino
    checked(known)
    assert cache.stat().st_ino == before


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


RECORD = Record("wine-1.0.0", *["x"] * (len(fields(Record)) - 1))


def test_an_answer_comes_back_as_it_was_said() -> None:
    judged = Judged(deferred=(Deferred("artifact-digest", "wine-1.0.0", "type this"),))
    kept = json.loads(json.dumps(worth_keeping(judged, RECORD)))
    assert recall("wine-1.0.0", kept) == (judged, RECORD)
    assert recall("beer-1.0.0", kept) is None


@pytest.mark.parametrize(
    "judged",
    [
        Judged(unchecked=(Unchecked("x", "wine-1.0.0", "gone"),)),
        Judged(blind=(Unchecked("x", "wine-1.0.0", "gone"),)),
        Judged(faults=("broke",)),
        Judged(outside=True),
    ],
)
def test_anything_else_that_was_said_is_not_kept(judged: Judged) -> None:
    assert worth_keeping(judged, RECORD) is None


@pytest.mark.parametrize(
    "kept",
    [None, 1, "xy", [], [[], []], [[["a"]], []], {"a": 1, "b": 2}, [[["a", 1]], None], [[], None]],
)
def test_an_answer_of_another_shape_is_no_answer(kept: object) -> None:
    assert recall("wine-1.0.0", kept) is None


def test_a_record_of_other_types_is_no_answer() -> None:
    good = worth_keeping(Judged(), RECORD)
    assert isinstance(good, list)
    assert recall("wine-1.0.0", good) is not None
    for number in range(len(fields(Record))):
        for bad in (1, [], {}, True):
            values = [*good[1][:number], bad, *good[1][number + 1 :]]
            assert recall("wine-1.0.0", [good[0], values]) is None
    assert recall("wine-1.0.0", [[["rule", 1]], good[1]]) is None
    assert recall("wine-1.0.0", [[], good[1][:-1]]) is None
    assert (
        replace(RECORD, digest=None)
        == recall("wine-1.0.0", worth_keeping(Judged(), replace(RECORD, digest=None)))[1]
    )  # type: ignore[index]
