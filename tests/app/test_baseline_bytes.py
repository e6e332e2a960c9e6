"""The bytes of an old entry are what it is: no baseline lets them change."""

from __future__ import annotations

import hashlib
from pathlib import Path

import adopted
import pytest
from adopted import OLD, papers, take_off
from builders import ONNX, POLICY, SHA, Repo, good_entry
from changes import AT, branch, said

from registrar.app.baseline import adopt
from registrar.assemble import world_at

old = adopted.old


def test_the_bytes_of_an_old_entry_stay_what_they_are(old: Repo) -> None:
    old.write(f"{OLD}/model.onnx", ONNX + b"\0")
    old.commit("other bytes")
    told = said(old.check("--base", "main", *AT), "version-immutable")
    assert told == ["model.onnx of a merged version was changed: its bytes are what it is"]


def test_the_bytes_of_an_old_entry_may_go_behind_a_pointer_that_proves_them(old: Repo) -> None:
    papers(old)
    old.edit(f"{OLD}/metadata.yaml", "evaluation:", "dvc: {remote: storage}\nevaluation:")
    pointer = "outs:\n- md5: {}\n  size: {}\n  hash: md5\n  path: model.onnx\n"
    old.write(f"{OLD}/model.onnx.dvc", pointer.format("0" * 32, len(ONNX)))
    (old.path / OLD / "model.onnx").unlink()
    old.write(f"{OLD}/.gitignore", "/model.onnx\n")
    old.commit("into DVC")
    result = old.check("--base", "main", *AT)
    assert said(result, "version-immutable") == []
    text = (old.path / OLD / "metadata.yaml").read_text()
    old.write(f"{OLD}/metadata.yaml", text.replace(SHA, "f" * 64))
    told = said(old.check("--base", "main", *AT), "version-immutable")
    assert told == ["model.onnx of a merged version was removed: its bytes are what it is"]


def test_an_old_entry_may_be_renamed_with_its_bytes_and_not_deleted(old: Repo) -> None:
    old.git("mv", "model_registry/resnet-50", "model_registry/resnet-50-1.0.0")
    for name, content in good_entry().items():
        old.write(
            f"model_registry/resnet-50-1.0.0/{name}",
            content.replace(b"name: wine\nv", b"name: resnet-50\nv"),
        )
    take_off(old, "resnet-50")
    old.commit("a name with a version")
    result = old.check("--base", "main", *AT)
    assert result.code == 0, result.out
    old.git("rm", "--quiet", "-r", "model_registry/resnet-50-1.0.0")
    old.commit("gone")
    told = said(old.check("--base", "main", *AT), "version-immutable")
    assert told == ["the merged entry resnet-50 was deleted"]


def test_once_off_everything_of_the_entry_is_identity_again(old: Repo) -> None:
    old.git("checkout", "--quiet", "main")
    papers(old)
    take_off(old)
    old.commit("mended")
    old.git("checkout", "--quiet", "-B", "work")
    old.edit(f"{OLD}/metadata.yaml", "license: Apache-2.0", "license: MIT")
    told = said(old.check("--base", "main", *AT), "version-immutable")
    assert told == ["license of a merged version was changed"]


def named(repo: Repo, artifact: str) -> None:
    """Papers that speak of these bytes."""
    sha = hashlib.sha256((repo.path / OLD / artifact).read_bytes()).hexdigest()
    papers(repo)
    text = (repo.path / OLD / "metadata.yaml").read_text().replace(SHA, sha)
    repo.write(f"{OLD}/metadata.yaml", text.replace("model.onnx", artifact))


OTHER = ONNX.replace(b"wine", b"beer", 1)


def test_the_artifact_of_an_old_entry_cannot_be_called_another(old: Repo) -> None:
    old.write(f"{OLD}/evil.onnx", OTHER)
    named(old, "evil.onnx")
    take_off(old)
    told = said(old.check("--base", "main", *AT), "version-immutable")
    assert told == ["evil.onnx of a merged version was added: its bytes are what it is"]


def test_nor_in_two_steps(old: Repo) -> None:
    old.write(f"{OLD}/notes.bin", OTHER)
    assert "version-immutable" in old.check("--base", "main", *AT).rules
    (old.path / OLD / "notes.bin").unlink()
    old.write(f"{OLD}/metrics.json", OTHER)
    named(old, "metrics.json")
    assert "version-immutable" in old.check("--base", "main", *AT).rules


@pytest.mark.parametrize("name", ["model.json", "model.onnx.data", "model.txt", "weights"])
def test_whatever_is_no_paper_is_held_still(tmp_path: Path, name: str) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write("registrar.toml", POLICY)
    repo.write(f"{OLD}/{name}", b"[1]")
    repo.write(f"{OLD}/metadata.yaml", "artifact: missing.onnx\n")
    repo.write("baseline.yaml", adopt(world_at(str(repo.path)), {}).text)
    repo.commit("adopt")
    branch(repo)
    repo.write(f"{OLD}/{name}", b"[2]")
    told = said(repo.check("--base", "main", *AT), "version-immutable")
    assert told == [f"{name} of a merged version was changed: its bytes are what it is"]


def test_two_old_entries_are_not_renamed_to_one_and_a_valid_name_stays(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write("registrar.toml", POLICY)
    for folder in ("resnet-50", "resnet-51", "old-1.0.0"):
        repo.write(f"model_registry/{folder}/model.onnx", ONNX)
    repo.write("baseline.yaml", adopt(world_at(str(repo.path)), {}).text)
    repo.commit("adopt")
    branch(repo)
    repo.git("rm", "--quiet", "-r", "model_registry")
    repo.add_entry("new-1.0.0")
    told = said(repo.check("--base", "main", *AT), "version-immutable")
    assert told == [
        "the merged entry old-1.0.0 was deleted",
        "the merged entry resnet-51 was deleted",
    ]
