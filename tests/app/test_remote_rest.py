"""``check --remote`` with a base: the bytes of entries that the change does not touch."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from builders import ONNX, Repo, Result, valid_report
from tracked import FILE, FOLDER, PARTS, dvc, overwrite, stored, tracked_repo, without_bytes

NEW = "wine-1.2.0"
BEFORE = ("--remote", "--base", "main", "--head", "HEAD")
AFTER = ("--remote", "--base-tip", "main", "--head", "HEAD")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with everything pushed, and a branch that brings an entry in git."""
    place = tmp_path_factory.mktemp("made")
    repo = tracked_repo(place / "registry")
    dvc(repo.path, "push", "--quiet")
    without_bytes(repo)
    repo.git("checkout", "--quiet", "-b", "work")
    folder = repo.path / "model_registry"
    shutil.copytree(folder / FILE, folder / NEW)
    (folder / NEW / "model.onnx.dvc").unlink()
    (folder / NEW / ".gitignore").unlink()
    repo.edit(f"model_registry/{NEW}/metadata.yaml", '"1.0.0"', '"1.2.0"')
    repo.write(f"model_registry/{NEW}/model.onnx", ONNX)
    repo.commit("a model")
    return place


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "place", symlinks=True)
    return tmp_path / "place"


@pytest.fixture
def repo(place: Path) -> Repo:
    return Repo(place / "registry", git=False)


@pytest.fixture
def remote(place: Path) -> Path:
    return place / "remote"


def told(said: Result) -> list[tuple[str, str | None, str]]:
    valid_report(said.report)
    assert said.report["checked"] == [NEW], "the others are asked about, not judged"
    return [(f["severity"], f["entry"], f["message"]) for f in said.findings]


def test_all_is_there(repo: Repo) -> None:
    for asked in (BEFORE, AFTER):
        said = repo.check(*asked)
        assert (said.code, told(said), said.report["unchecked"]) == (0, [], [])


def test_an_old_object_that_was_lost(repo: Repo, remote: Path) -> None:
    stored(remote, ONNX).unlink()
    overwrite(stored(remote, PARTS["a.onnx"]), b"short")
    said = repo.check(*BEFORE, "--verify-bytes")
    (one, two) = told(said)
    assert said.code == 0, "who wrote the change cannot mend it"
    assert (one[:2], two[:2]) == (("warning", FILE), ("warning", FOLDER))
    gone = "model.onnx is not on the DVC remote storage; the change does not touch this entry"
    assert one[2] == gone
    assert "model/a.onnx has 5 bytes on the DVC remote storage" in two[2]
    first = said.findings[0]
    assert first["path"] == f"model_registry/{FILE}/model.onnx.dvc"
    assert first["line"] == 2
    hint = f"dvc push model_registry/{FILE}/model.onnx.dvc"
    assert first["hint"].startswith("not for the author of this change")
    assert hint in first["hint"]
    assert repo.check(*BEFORE, "--fail-on", "warning").code == 1
    said = repo.check(*AFTER)
    assert said.code == 1
    assert [found[:2] for found in told(said)] == [("error", FILE), ("error", FOLDER)]
    assert told(said)[0][2].endswith("; the push does not bring this entry")


def test_other_bytes_of_the_same_size_are_not_read(repo: Repo, remote: Path) -> None:
    overwrite(stored(remote, ONNX), ONNX[:-1] + b"!")
    assert told(repo.check(*BEFORE, "--verify-bytes")) == []


def test_a_remote_that_cannot_be_asked_is_told_once(repo: Repo, remote: Path) -> None:
    remote.rename(remote.parent / "gone")
    said = repo.check(*BEFORE)
    ((severity, entry, message),) = told(said)
    assert (said.code, severity, entry) == (0, "warning", None)
    assert message.startswith("could not ask for the bytes of 2 entries besides the change (wine-")
    assert "is it mounted" in message
    said = repo.check(*AFTER)
    assert (said.code, told(said)) == (4, [])
    (blind,) = said.report["unchecked"]
    assert (blind["rule"], blind["entry"]) == ("artifact-remote", None)
    assert "of 2 entries besides the change" in blind["reason"]


def test_every_format_tells_it(repo: Repo, remote: Path) -> None:
    stored(remote, ONNX).unlink()
    for name in ("text", "concise", "sarif", "github", "gitlab", "junit", "markdown"):
        said = repo.check_text(*BEFORE, "--format", name)
        assert (said.code, "does not touch this entry" in said.out) == (0, True), name
    assert (
        "::warning title=artifact-remote in wine-1.0.0,file=model_registry/wine-1.0.0/"
        in repo.check_text(*BEFORE, "--format", "github").out
    )


def test_paths_are_all_that_is_asked_about(repo: Repo, remote: Path) -> None:
    stored(remote, ONNX).unlink()
    assert told(repo.check(*BEFORE, f"model_registry/{NEW}")) == []


def test_the_judge_says_where_and_whether(repo: Repo, place: Path, remote: Path) -> None:
    """Neither by its configuration nor by its policy does a change choose what is asked."""
    shutil.copytree(remote, place / "other")
    stored(remote, ONNX).unlink()
    repo.edit(".dvc/config", "../../remote", "../../other")
    repo.edit(
        "registrar.toml", "[network]", '[rules]\nseverity = {artifact-remote = "off"}\n[network]'
    )
    repo.commit("moved")
    said = repo.check(*BEFORE)
    assert ("warning", FILE) in [found[:2] for found in told(said)]


def test_a_waiver_of_the_base(repo: Repo, remote: Path) -> None:
    stored(remote, ONNX).unlink()
    repo.git("checkout", "--quiet", "main")
    waiver = {"rule": "artifact-remote", "entry": FILE, "reason": "the bucket was lost in a fire"}
    waiver |= {"owner": "ada@example.org", "granted": "2026-11-01", "expires": "2026-12-31"}
    fields = ", ".join(f'{key}: "{value}"' for key, value in waiver.items())
    repo.write("waivers.yaml", f"waivers:\n- {{{fields}}}\n")
    repo.commit("known")
    repo.git("checkout", "--quiet", "work")
    repo.git("merge", "--quiet", "--no-edit", "main")
    for asked in (BEFORE, AFTER):
        said = repo.check(*asked, "--at", "2026-11-24")
        assert (said.code, told(said)) == (0, [])
        assert [item["entry"] for item in said.report["waived"]] == [FILE]


def test_without_the_rule_nobody_is_asked(repo: Repo, remote: Path) -> None:
    stored(remote, ONNX).unlink()
    repo.git("checkout", "--quiet", "main")
    repo.edit(
        "registrar.toml", "[network]", '[rules]\nseverity = {artifact-remote = "off"}\n[network]'
    )
    repo.commit("off")
    repo.git("checkout", "--quiet", "work")
    repo.git("merge", "--quiet", "--no-edit", "main")
    said = repo.check(*BEFORE)
    assert (said.code, told(said)) == (0, [])
