"""The data of a new entry: files and folders, read once where they are."""

from __future__ import annotations

import gzip
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from adoption import snapshot
from builders import ONNX, POLICY, Repo, Result, run

from registrar.app.adding import data as adding_data
from registrar.domain.digests import folder_digest

OPTIONS = (
    *("--name", "wine", "--version", "1.0.0", "--license", "Apache-2.0", "--yes"),
    *("--dataset-version", "1.0", "--dataset-license", "CC-BY-4.0"),
)
CSV = b"name,size\na,1\nb,2\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "r")
    repo.write("registrar.toml", POLICY)
    repo.commit("code")
    (tmp_path / "model.onnx").write_bytes(ONNX)
    return repo


def add(repo: Repo, *datasets: str) -> Result:
    named = [word for path in datasets for word in ("--dataset", path)]
    named += ["--dataset-name", "several"] if len(datasets) > 1 else []
    return run("add", "../model.onnx", *OPTIONS, *named, cwd=repo.path)


def manifest(repo: Repo) -> dict[str, Any]:
    path = repo.path / "model_registry/wine-1.0.0/dataset-manifest.yaml"
    return dict(yaml.safe_load(path.read_text()))


def test_rows_stand_where_the_kind_tells(repo: Repo) -> None:
    repo.write("a.csv", CSV)
    repo.write("b.jsonl.gz", gzip.compress(b"{}\n{}\n{}\n"))
    repo.write("c.csv", "text,label\nI love it,good\n")
    repo.write("d.bin", b"\0")
    assert add(repo, "a.csv", "b.jsonl.gz", "c.csv", "d.bin").code == 1
    files = manifest(repo)["files"]
    assert [file.get("rows") for file in files] == [2, 3, None, None]
    assert [file.get("media_type") for file in files] == [
        *("text/csv", "application/gzip", "text/csv", None)
    ]
    assert files[0]["sha256"] == hashlib.sha256(CSV).hexdigest()
    card = (repo.path / "model_registry/wine-1.0.0/MODEL_CARD.md").read_text()
    assert f"| a.csv |  | {len(CSV)} | 2 |" in card


def test_a_folder_is_listed_file_by_file(repo: Repo) -> None:
    repo.write("data/sub/b.csv", CSV)
    repo.write("data/a.csv", CSV + b"c,3\n")
    (repo.path / "data/link.csv").symlink_to("a.csv")  # as DVC may check files out
    repo.write("held/out.csv", CSV + b"d,4\n")
    assert add(repo, "train=data/", "test=held/../held/out.csv").code == 1
    said = manifest(repo)
    assert said["name"] == "several"
    assert [(file["path"], file["split"], file["rows"]) for file in said["files"]] == [
        ("data/a.csv", "train", 3),
        ("data/link.csv", "train", 3),
        ("data/sub/b.csv", "train", 2),
        ("held/out.csv", "test", 3),
    ]


def test_a_file_twice_is_refused(repo: Repo, tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.csv").write_bytes(CSV)
    before = snapshot(repo.path)
    said = add(repo, "../x/a.csv", "../y/a.csv")
    assert (said.code, said.out) == (2, "")
    assert "two data files would be called a.csv" in said.err
    assert snapshot(repo.path) == before


def test_a_large_folder_is_listed_by_one_digest(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding_data, "MOST_LISTED", 3)
    contents = {f"{number}.txt": f"{number}\n".encode() for number in range(4)}
    for name, raw in contents.items():
        repo.write(f"data/{name}", raw)
    repo.write("a.csv", CSV)
    said = add(repo, "train=data", "test=a.csv")
    assert "error[dataset" not in said.out
    told = manifest(repo)
    digest = folder_digest({n: hashlib.sha256(raw).hexdigest() for n, raw in contents.items()})
    assert told["file_sets"] == [
        {
            "path": "data/",
            "digest": f"sha256:{digest}",
            "count": 4,
            "bytes": 8,
            "split": "train",
        }
    ]
    assert [file["path"] for file in told["files"]] == ["a.csv"]
    card = (repo.path / "model_registry/wine-1.0.0/MODEL_CARD.md").read_text()
    assert "| data/ | train | 8 | 4 files |" in card


def test_as_many_files_as_are_listed_make_a_manifest_that_can_be_read(repo: Repo) -> None:
    for number in range(adding_data.MOST_LISTED):
        repo.write(f"data/{number}.csv", CSV)
    said = add(repo, "train=data")
    assert "error[dataset" not in said.out
    assert len(manifest(repo)["files"]) == adding_data.MOST_LISTED


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("empty", "--dataset empty is empty"),
        ("fifo", "--dataset fifo: it is no plain file"),
        ("linked", "is a link to a folder"),
        ("nothing", "--dataset nothing: No such file"),
        ("bad", "--dataset: the path bad/"),
    ],
)
def test_what_is_no_data_leaves_nothing_behind(repo: Repo, name: str, said: str) -> None:
    (repo.path / "empty").mkdir()
    os.mkfifo(repo.path / "fifo")
    (repo.path / "linked").mkdir()
    (repo.path / "linked/sub").symlink_to("../empty")
    (repo.path / "bad").mkdir()
    Path(os.fsdecode(os.fsencode(repo.path / "bad") + b"/\xff")).write_bytes(b"x")
    registry = repo.path / "model_registry"
    result = add(repo, name)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert not registry.exists() or list(registry.iterdir()) == []


def test_a_file_that_changes_while_it_is_read(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write("a.csv", CSV)
    real = adding_data.rows_of

    def slow(stream: Any, name: str) -> int | None:
        (repo.path / "a.csv").write_bytes(CSV * 2)
        return real(stream, name)

    monkeypatch.setattr(adding_data, "rows_of", slow)
    said = add(repo, "a.csv")
    assert (said.code, "changed while it was read" in said.err) == (2, True)
