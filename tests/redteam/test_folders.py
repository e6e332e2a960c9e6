"""Folder artifacts: odd names, and files that are missing, extra or another."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

import pytest
from builders import ENTRY, ONNX, Repo
from refusals import refused, two_entries

from registrar.domain.digests import folder_digest


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return two_entries(tmp_path / "repo")


def folder_artifact(repo: Repo) -> None:
    (repo.path / ENTRY / "model.onnx").unlink()
    shas = {}
    lines = ""
    for name in ("a.onnx", "b/c.onnx", "it's -x %s.json"):
        content = ONNX if name.endswith(".onnx") else b"{}"
        repo.write(f"{ENTRY}/model/{name}", content)
        shas[name] = hashlib.sha256(content).hexdigest()
        lines += f'\n- {{path: "model/{name}", sha256: "{shas[name]}", size: {len(content)}}}'
    path = repo.path / ENTRY / "metadata.yaml"
    text = path.read_text()
    head, _, rest = text.partition("files:\n")
    rest = rest.split("\n", 1)[1]
    text = head + "files:" + lines + "\n" + rest
    old = text.split("training_hash: ")[1].split("\n")[0]
    text = text.replace(old, f"sha256:{folder_digest(shas)}").replace(": model.onnx", ": model")
    path.write_text(text)


def test_a_folder_artifact_with_odd_names_is_fine(repo: Repo) -> None:
    folder_artifact(repo)
    assert (repo.check().code, repo.check().findings) == (0, [])


def test_a_folder_artifact_with_a_missing_an_extra_and_another_file(repo: Repo) -> None:
    folder_artifact(repo)
    repo.write(f"{ENTRY}/model/extra.json", "{}")
    assert "model/extra.json is in the artifact and not in files" in refused(
        repo, "artifact-digest"
    )
    (repo.path / ENTRY / "model/extra.json").unlink()
    (repo.path / ENTRY / "model/b/c.onnx").unlink()
    assert "model/b/c.onnx is listed and not here" in refused(repo, "artifact-digest")


def test_a_pickle_in_a_folder_artifact(repo: Repo) -> None:
    folder_artifact(repo)
    repo.write(f"{ENTRY}/model/notes.json", b"\x80\x04cposix\nsystem\n.")
    assert "notes.json is pickle" in refused(repo, "artifact-format")


def test_many_files_that_each_take_long_end(repo: Repo) -> None:
    folder_artifact(repo)
    slow = zlib.compress(b"N0" * 40_000)
    for number in range(60):
        repo.write(f"{ENTRY}/model/slow{number}.bin", slow)
    repo.write(f"{ENTRY}/model/zz.json", "{}")
    said = refused(repo, "artifact-format")
    assert "not looked at: the files before it were too much" in said
    assert "model/zz.json" in said, "what was not looked at is refused, also where it is text"
