"""Each byte of an artifact is read once by ``registrar add``, and what DVC gets of it is right."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from builders import ONNX, POLICY, Repo, run
from tracked import dvc

from registrar.errors import UsageError
from registrar.integrations.workshop import bench as bench_module
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
    dvc(repo.path, "remote", "add", "--quiet", "--default", "storage", "../remote")
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


def named(raw: bytes) -> str:
    return hashlib.md5(raw, usedforsecurity=False).hexdigest()


def place(folder: Path) -> Path:
    return folder / "files/md5" / named(ONNX)[:2] / named(ONNX)[2:]


WRONG = ONNX[:-1] + bytes([ONNX[-1] ^ 1])


def plant(path: Path) -> None:
    """Other bytes of the same size under the name of the model's."""
    path.parent.mkdir(parents=True)
    path.write_bytes(WRONG)
    path.chmod(0o444)  # DVC then takes them for good


def test_a_damaged_object_of_the_cache_is_mended(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(ONNX)
    plant(place(repo.path / ".dvc/cache"))
    add(repo, "../model.onnx")
    assert place(repo.path / ".dvc/cache").read_bytes() == ONNX


def test_other_bytes_that_lay_on_the_remote_are_found_after_a_push(
    repo: Repo, tmp_path: Path
) -> None:
    """DVC pushes nothing where an object of that name is."""
    (tmp_path / "model.onnx").write_bytes(ONNX)
    policy = (repo.path / "registrar.toml").read_text()
    repo.write("registrar.toml", f'{policy}[network]\ndvc_remotes = ["storage"]\n')
    plant(place(tmp_path / "remote"))
    name = ("--name", "wine", "--version", "1.0.0", "--push")
    said = run("add", "../model.onnx", *name, *OPTIONS, cwd=repo.path)
    assert said.code == 1
    assert (
        "error[artifact-remote]: model.onnx on the DVC remote storage has the SHA-256" in said.out
    )


def test_what_another_add_put_there_stays(tmp_path: Path) -> None:
    """One add fails after another has put the same bytes in the same place."""
    (tmp_path / "model_registry").mkdir()
    ours = tmp_path / "ours"
    ours.write_bytes(ONNX)
    bench = EntryBench.at(str(tmp_path), "model_registry", "wine-1.0.0")
    bench.will_make(str(tmp_path / "object"), ours.stat().st_ino)
    os.rename(ours, tmp_path / "object")
    (tmp_path / "theirs").write_bytes(ONNX)
    os.replace(tmp_path / "theirs", tmp_path / "object")
    bench.abandon()
    assert (tmp_path / "object").read_bytes() == ONNX
    assert list((tmp_path / "model_registry").iterdir()) == []


def test_what_only_this_add_put_there_goes(tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    ours.write_bytes(ONNX)
    bench = EntryBench.at(str(tmp_path), "model_registry", "wine-1.0.0")
    bench.will_make(str(tmp_path / "object"), ours.stat().st_ino)
    os.rename(ours, tmp_path / "object")
    bench.abandon()
    assert not (tmp_path / "object").exists()


def test_a_folder_that_becomes_a_link_on_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was listed is what is read: the same inode, not what lies there a moment later."""
    folder, private = tmp_path / "model", tmp_path / "private"
    for path in (folder / "sub", private):
        path.mkdir(parents=True)
        (path / "a.bin").write_bytes(b"x" * 10)
    listed = bench_module.files_of

    def swapped(source: str) -> object:
        found = listed(source)
        (folder / "sub").rename(tmp_path / "moved")
        (folder / "sub").symlink_to(private)
        monkeypatch.setattr(bench_module, "files_of", listed)
        return found

    monkeypatch.setattr(bench_module, "files_of", swapped)
    bench = EntryBench.at(str(tmp_path), "model_registry", "wine-1.0.0")
    with pytest.raises(UsageError, match="changed while it was read"):
        bench.bring(str(folder), "model")
    bench.abandon()
