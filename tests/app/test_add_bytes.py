"""Each byte of an artifact is read once by ``registrar add``, and what DVC gets of it is right."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from builders import ONNX, POLICY, Repo, run
from tracked import dvc

from registrar.integrations.workshop import copying
from registrar.integrations.workshop.bench import EntryBench

pytestmark = pytest.mark.filterwarnings("ignore")  # those of DVC's libraries

OPTIONS = (
    *("--license", "Apache-2.0", "--dataset", "train=wine.csv", "--dataset-version", "1.10"),
    *("--dataset-license", "CC-BY-4.0", "--dvc", "--yes"),
)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "r")
    repo.write("registrar.toml", POLICY)
    repo.write("wine.csv", "a,b\n1,2\n")
    dvc(repo.path, "init", "--quiet")
    dvc(repo.path, "remote", "add", "--quiet", "--default", "storage", "../../remote")
    repo.commit("code")
    return repo


def add(repo: Repo, artifact: str) -> str:
    name = ("--name", "wine", "--version", "1.0.0")
    said = run("add", artifact, *name, *OPTIONS, cwd=repo.path)
    assert said.code == 1, "the card is to be written"
    return said.out


def test_what_lies_in_the_cache_is_what_the_pointer_names(repo: Repo, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.onnx").write_bytes(ONNX)
    (folder / "copy.onnx").write_bytes(ONNX)
    (folder / "sub/config.json").write_bytes(b"{}\r\n")
    add(repo, "../model")
    cache = repo.path / ".dvc/cache/files/md5"
    objects = {path for path in cache.rglob("*") if path.is_file()}
    assert len(objects) == 3, "two files, and the list of the folder"
    for path in objects:
        raw = path.read_bytes()
        found = hashlib.md5(raw, usedforsecurity=False).hexdigest()
        assert path.parent.name + path.name.removesuffix(".dir") == found
        assert path.stat().st_mode & 0o777 == 0o444, "as DVC protects them"
    entry = repo.path / "model_registry/wine-1.0.0"
    assert all(path.stat().st_mode & 0o200 for path in entry.rglob("*") if path.is_file())
    assert "up to date" in dvc(repo.path, "status")
    dvc(repo.path, "push", "--quiet")
    assert repo.check("--remote", "--verify-bytes").rules == ["card-sections"]


def test_dvc_looks_for_itself_at_what_changed_afterwards(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(ONNX)
    add(repo, "../model.onnx")
    (repo.path / "model_registry/wine-1.0.0/model.onnx").write_bytes(ONNX + b"x")
    assert "modified" in dvc(repo.path, "status")
    assert "artifact-digest" in repo.check().rules


def test_what_was_written_is_known_until_somebody_touches_it(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verdict at the end goes by the digests of the copy, and only while that is the same."""
    (tmp_path / "model.onnx").write_bytes(ONNX)
    finish = EntryBench.finish

    def touched(bench: EntryBench) -> None:
        with open(os.path.join(bench.stage, "model.onnx"), "r+b") as stream:
            stream.seek(-1, os.SEEK_END)
            stream.write(b"!")  # of the same size
        finish(bench)

    monkeypatch.setattr(EntryBench, "finish", touched)
    assert "error[artifact-digest]" in add(repo, "../model.onnx")


@pytest.mark.parametrize("size", [0, 1, copying._BLOCK - 1, copying._BLOCK, 2 * copying._BLOCK + 1])
@pytest.mark.parametrize("kernel", [True, False])
def test_copies_and_digests(
    tmp_path: Path, size: int, kernel: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not kernel:  # another system, or a file system that refuses
        monkeypatch.delattr(os, "copy_file_range", raising=False)
    raw = os.urandom(size)
    (tmp_path / "a").write_bytes(raw)
    told: list[int] = []
    with open(tmp_path / "a", "rb") as source, open(tmp_path / "b", "x+b") as made:
        copying.copy(source.fileno(), made.fileno())
        made.seek(0)
        found = copying.digests(made.fileno(), told.append)
    assert (tmp_path / "b").read_bytes() == raw
    md5 = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    assert found == (hashlib.sha256(raw).hexdigest(), md5, size)
    assert told == sorted(told)
    assert (told[-1] if told else 0) == size
