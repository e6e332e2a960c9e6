"""``registrar scan REF``: the artifact of an entry, under the policy of the work tree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pushed
import pytest
from builders import ONNX, SHA, Repo, good_entry, run
from tracked import FILE, FOLDER, PARTS, dvc, without_bytes

OWN = b"cacme.features\nBucketer\n)R."
POISON = b"cposix\nsystem\n(Vtrue\ntR."
ALLOW = '\n[scan]\nallow = ["acme.features:Bucketer"]\n'
ENTRY = "model_registry/wine-1.0.0"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A registry with one entry, whose artifact is clean."""
    repo = Repo(tmp_path / "registry", git=False)
    repo.write("registrar.toml", "schema_version = 1\n")
    repo.add_entry("wine-1.0.0", good_entry())
    return repo


def with_artifact(repo: Repo, content: bytes) -> None:
    repo.edit(f"{ENTRY}/metadata.yaml", "artifact: model.onnx", "artifact: model.pkl")
    repo.write(f"{ENTRY}/model.pkl", content)


def files(repo: Repo, *argv: str) -> list[Any]:
    said = run("scan", *argv, "--format", "json", cwd=repo.path)
    found: list[Any] = said.report["files"]
    return found


@pytest.mark.parametrize("ref", ["wine", "wine:1.0.0", "wine-1.0.0", f"sha256:{SHA}"])
def test_a_reference_is_the_artifact_alone(repo: Repo, ref: str) -> None:
    said = run("scan", ref, cwd=repo.path)
    assert (said.code, said.err) == (0, "")
    first, second, *_ = said.out.splitlines()
    assert first == f"clean: {ENTRY}/model.onnx (onnx)"
    assert second == "CLEAN: 1 file, 0 dangerous, 0 not read to the end, 1 clean"
    assert len(files(repo, ENTRY)) > 1, "a path is all that lies there"


def test_the_policy_adds_names_for_a_reference_and_never_for_a_path(repo: Repo) -> None:
    with_artifact(repo, OWN)
    assert run("scan", "wine", cwd=repo.path).code == 1
    plain = run("scan", "wine", "--format", "json", cwd=repo.path).report["scanner"]
    repo.write("registrar.toml", "schema_version = 1\n" + ALLOW)
    said = run("scan", "wine", "--format", "json", cwd=repo.path)
    assert (said.code, said.report["verdict"]) == (0, "clean")
    assert said.report["scanner"]["allowlist_sha256"] != plain["allowlist_sha256"]
    assert run("scan", f"{ENTRY}/model.pkl", cwd=repo.path).code == 1
    assert run("scan", ENTRY, cwd=repo.path).code == 1
    repo.write(f"{ENTRY}/model.pkl", POISON)
    assert run("scan", "wine", cwd=repo.path).code == 1


def test_a_path_that_exists_is_a_path(repo: Repo) -> None:
    repo.write("wine", POISON)
    assert [file["path"] for file in files(repo, "wine")] == ["wine"]
    said = run("scan", "wine:1.0.0", "wine", cwd=repo.path)
    assert (said.code, said.out) == (2, "")
    assert "wine:1.0.0 is no path that is here; the others are paths" in said.err


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("wine:9.9.9", "there is no entry wine:9.9.9\n  = hint: wine is here as 1.0.0"),
        ("wime", "there is no entry wime\n  = hint: did you mean wine?"),
        ("beer", "there is no entry beer\n  = hint: ls model_registry shows what is here"),
        ("no such.pkl", "no such.pkl: No such file or directory"),
    ],
)
def test_what_is_not_there(repo: Repo, target: str, told: str) -> None:
    said = run("scan", target, cwd=repo.path)
    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_a_reference_outside_of_a_registry(tmp_path: Path) -> None:
    said = run("scan", "wine", cwd=tmp_path)
    assert (said.code, said.out) == (2, "")
    assert "there is no wine" in said.err


def test_an_artifact_that_is_not_here_and_one_that_nothing_names(repo: Repo) -> None:
    (repo.path / ENTRY / "model.onnx").unlink()
    said = run("scan", "wine", cwd=repo.path)
    assert said.code == 4
    assert said.out.startswith(
        f"unread: {ENTRY}/model.onnx (none)\n  unread: its bytes are not here\n"
        f"    = hint: registrar check {ENTRY}\n"
    )
    assert "read by" not in said.out, "nobody read anything"
    repo.write(f"{ENTRY}/metadata.yaml", "a: [")
    said = run("scan", "wine", cwd=repo.path)
    assert said.code == 4
    assert (
        f"it names no artifact that can be found\n    = hint: registrar check {ENTRY}" in said.out
    )


def test_a_pointer_of_git_lfs_is_no_model(repo: Repo) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{SHA}\nsize {len(ONNX)}\n"
    repo.write(f"{ENTRY}/model.onnx", pointer.encode())
    said = run("scan", "wine", cwd=repo.path)
    assert said.code == 4
    assert "a pointer of git-LFS, not its bytes\n    = hint: git lfs pull" in said.out


def test_links_in_the_place_of_an_artifact(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(ONNX)
    (repo.path / ENTRY / "model.onnx").unlink()
    (repo.path / ENTRY / "model.onnx").symlink_to(tmp_path / "outside")
    said = run("scan", "wine", cwd=repo.path)
    assert said.code == 4
    assert "a symbolic link, which is not followed" in said.out


@pytest.mark.parametrize("path", ["../../../outside", "/etc/hostname", "sub/../../outside"])
def test_no_artifact_leaves_its_entry(repo: Repo, tmp_path: Path, path: str) -> None:
    (tmp_path / "outside").write_bytes(POISON)
    repo.write("outside", POISON)
    repo.edit(f"{ENTRY}/metadata.yaml", "artifact: model.onnx", f"artifact: {path}")
    said = run("scan", "wine", cwd=repo.path)
    assert said.code == 4
    assert "posix.system" not in said.out


tracked = pushed.whole


@pytest.mark.filterwarnings("ignore")
def test_bytes_behind_a_pointer_are_said_to_be_missing_with_what_to_type(tracked: Repo) -> None:
    assert run("scan", FILE, FOLDER, cwd=tracked.path).code == 0
    assert len(files(tracked, FOLDER)) == len(PARTS)
    (tracked.path / f"model_registry/{FOLDER}/model/config.json").unlink()
    pull = f"dvc pull model_registry/{FOLDER}/model.dvc"
    said = run("scan", FOLDER, cwd=tracked.path)
    assert said.code == 4
    assert (
        f"unread: model_registry/{FOLDER}/model/config.json (none)\n"
        f"  unread: it is recorded, and not here\n    = hint: {pull}\n"
    ) in said.out
    without_bytes(tracked)
    said = run("scan", FOLDER, cwd=tracked.path)
    assert said.code == 4
    assert f"unread: its bytes are not here\n    = hint: {pull}\n" in said.out
    dvc(tracked.path, *pull.split()[1:])
    assert run("scan", FOLDER, cwd=tracked.path).code == 0
