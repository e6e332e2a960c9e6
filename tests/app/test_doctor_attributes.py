"""registrar doctor and attributes of git: no byte of an entry changes on its way to a work tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import Repo
from doctored import copy_of, offline

from registrar.app.doctoring import clone as clones


@pytest.fixture
def repo(made: Repo, tmp_path: Path) -> Repo:
    return copy_of(made, tmp_path / "registry")


def test_attributes_are_asked_of_git(repo: Repo) -> None:
    before = (repo.path / ".gitattributes").read_text()
    repo.write(".gitattributes", before + "*.onnx filter=lfs\n")
    assert "filter is lfs" in offline(repo.path).told("attributes")
    repo.write(".gitattributes", "*.onnx filter=lfs\n" + before)
    assert offline(repo.path).state("attributes") == "holds"
    repo.write(".git/info/attributes", "*.json text\n")
    assert "text is set" in offline(repo.path).told("attributes")
    repo.write(".git/info/attributes", "*.md working-tree-encoding=UTF-16\n")
    assert "working-tree-encoding is UTF-16" in offline(repo.path).told("attributes")
    repo.write(".git/info/attributes", "")
    repo.git("rm", "--quiet", "--force", ".gitattributes")  # git reads it from the index, too
    assert "attributes" in offline(repo.path).bad


def test_attributes_are_asked_for_every_file(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(60):
        for name in "abcdefghij":
            repo.write(f"model_registry/aa-1.0.{number}/{name}", "")
    repo.write("model_registry/zz-1.0.0/é:\n.odd", "")
    assert offline(repo.path).state("attributes") == "holds"
    before = (repo.path / ".gitattributes").read_text()
    repo.write(".gitattributes", before + "/model_registry/zz-1.0.0/* text eol=crlf\n")
    assert "zz-1.0.0" in offline(repo.path).told("attributes")
    repo.write(".gitattributes", before)
    monkeypatch.setattr(clones, "_MOST", 600)  # in place of many thousand files
    assert "more than 600 files" in offline(repo.path).told("attributes")
    assert offline(repo.path).unseen == ["attributes"]


@pytest.mark.parametrize("name", ["*.joblib", "*.gz", "*.keras", "NOTICE", "*.pt", "*.tflite"])
def test_attributes_of_files_that_are_not_there_yet(repo: Repo, name: str) -> None:
    before = (repo.path / ".gitattributes").read_text()
    repo.write(".gitattributes", f"{before}{name} text\n")
    assert "text is set for model_registry/<entry>/" in offline(repo.path).told("attributes")
