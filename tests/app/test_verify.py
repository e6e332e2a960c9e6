"""``registrar verify`` on bytes here, in DVC's cache, on a remote, and in a folder alone."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pushed
import pytest
from builders import ONNX, SHA, Repo, run
from http_remote import Remote, serving
from powerless import run_powerless
from tracked import FILE, FOLDER, PARTS, overwrite, stored, without_bytes

from registrar.domain.verifying import How, Source

ALL = sum(len(raw) for raw in PARTS.values())
repo = pushed.whole
remote = pushed.remote


def verify(repo: Repo, *argv: str) -> Any:
    return run("verify", *argv, cwd=repo.path)


def told(repo: Repo, *argv: str) -> list[Any]:
    said = verify(repo, *argv, "--format", "json")
    report = json.loads(said.out)
    assert (report["verify_version"], report["exit_code"]) == (1, said.code)
    found: list[Any] = report["verified"]
    return found


@pytest.mark.parametrize("ref", ["wine:1.0.0", f"model_registry/{FILE}", FILE, f"sha256:{SHA}"])
def test_by_reference_and_path(repo: Repo, ref: str) -> None:
    said = verify(repo, ref)
    assert (said.code, said.err) == (0, "")
    assert (
        said.out == f"PASS: model_registry/{FILE}: 1 file, {len(ONNX):,} bytes here: as recorded\n"
    )


def test_all_entries(repo: Repo) -> None:
    said = verify(repo, "model_registry", "--jobs", "2")
    assert said.code == 0
    assert said.out.count("PASS: ") == 2
    assert f"{FOLDER}: 3 files, {ALL:,} bytes here: as recorded" in said.out


def test_in_the_cache(repo: Repo) -> None:
    without_bytes(repo, cache=True)
    (file, folder) = told(repo, "model_registry")
    assert (file["verdict"], file["sources"]) == ("pass", ["DVC's cache"])
    assert (folder["verdict"], folder["files"], folder["bytes"]) == ("pass", 3, ALL)
    damaged = stored(repo.path / ".dvc/cache", PARTS["config.json"])
    overwrite(damaged, b"{}")
    (folder,) = told(repo, FOLDER)
    assert [d["how"] for d in folder["differences"]] == ["size"]
    assert folder["differences"][0]["path"] == "model/config.json"


def test_nowhere_here(repo: Repo) -> None:
    without_bytes(repo)
    said = verify(repo, FOLDER)
    assert said.code == 4
    assert said.out.startswith(f"INCOMPLETE: model_registry/{FOLDER}: 0 files, 0 bytes\n")
    assert "dvc pull model_registry/wine-1.1.0/model.dvc brings it, --remote reads it" in said.out
    assert said.out.count("unchecked: ") == 1, "one reason, once"


def test_on_the_remote(repo: Repo, remote: Path) -> None:
    (file, folder) = told(repo, "model_registry", "--remote")
    assert file["sources"] == folder["sources"] == ["the DVC remote"]
    assert (file["verdict"], folder["verdict"]) == ("pass", "pass")
    overwrite(stored(remote, ONNX), ONNX[:-1] + b"!")
    overwrite(stored(remote, PARTS["a.onnx"]), PARTS["a.onnx"] + b"!")
    stored(remote, PARTS["config.json"]).unlink()
    (file, folder) = told(repo, "model_registry", "--remote")
    assert [d["how"] for d in file["differences"]] == ["bytes"]
    assert [(d["path"], d["how"]) for d in folder["differences"]] == [
        ("model/a.onnx", "size"),
        ("model/config.json", "missing"),
    ]
    assert verify(repo, "model_registry").code == 0, "what is here is as it was"


def test_on_a_remote_over_http(repo: Repo, remote: Path) -> None:
    with serving(Remote()) as server:
        server.files = {
            f"/{path.relative_to(remote)}": path.read_bytes()
            for path in remote.rglob("*")
            if path.is_file()
        }
        config = (repo.path / ".dvc/config").read_text()
        repo.write(".dvc/config", config.replace("../../remote", server.url))
        (file, folder) = told(repo, "model_registry", "--remote")
        assert (file["verdict"], folder["verdict"], folder["bytes"]) == ("pass", "pass", ALL)


def test_a_remote_that_the_policy_does_not_name_is_not_asked(repo: Repo) -> None:
    repo.edit("registrar.toml", '"storage"', '"other"')
    said = verify(repo, FILE, "--remote")
    assert said.code == 4
    assert "does not let the DVC remote storage be asked" in said.out


def test_what_differs_and_how(repo: Repo) -> None:
    folder = repo.path / f"model_registry/{FOLDER}/model"
    (folder / "extra.txt").write_text("x")
    (folder / "a.onnx").unlink()
    raw = (folder / "config.json").read_bytes()
    (folder / "config.json").write_bytes(raw.replace(b"3", b"4"))
    said = verify(repo, FOLDER)
    assert said.code == 1
    first, *lines = said.out.splitlines()
    assert (
        first
        == f"FAIL: model_registry/{FOLDER}: 2 files, {ALL - len(PARTS['a.onnx']):,} bytes here: 3 differ"
    )
    assert lines[0] == "  model/a.onnx is missing"
    assert lines[1].startswith("  model/config.json has other bytes: SHA-256 ")
    assert lines[2] == "  model/extra.txt is there, and is not recorded"


def test_sizes_are_numbers_for_programs(repo: Repo) -> None:
    with open(repo.path / f"model_registry/{FOLDER}/model/config.json", "ab") as file:
        file.write(b"\n")
    (folder,) = told(repo, FOLDER)
    size = len(PARTS["config.json"])
    (one,) = folder["differences"]
    assert (one["how"], one["recorded"], one["found"]) == ("size", size, size + 1)
    assert f"model/config.json has {size + 1} bytes, not {size}\n" in verify(repo, FOLDER).out


def test_the_page_names_every_field_and_every_way_to_differ(repo: Repo, top: Path) -> None:
    (repo.path / f"model_registry/{FOLDER}/model/extra").write_text("x")
    report = verify(repo, FOLDER, "--format", "json").report
    page = (top / "docs/verify.md").read_text(encoding="utf-8")
    (folder,) = report["verified"]
    for name in (*report, *folder, *folder["differences"][0], *How, *Source):
        assert f"`{name}`" in page, name


def test_a_link_that_is_not_recorded_is_told(repo: Repo) -> None:
    folder = repo.path / f"model_registry/{FOLDER}/model"
    (folder / "link").symlink_to("/etc/hostname")
    (folder / "sub/loop").symlink_to("..")
    (one,) = told(repo, FOLDER)
    assert [(d["path"], d["how"]) for d in one["differences"]] == [
        ("model/link", "extra"),
        ("model/sub/loop", "extra"),
    ]


def test_a_link_in_the_place_of_a_tracked_file_is_not_followed(repo: Repo, tmp_path: Path) -> None:
    """DVC may link to its cache; what the link leads to is not what is read."""
    model = repo.path / f"model_registry/{FILE}/model.onnx"
    (tmp_path / "elsewhere").write_bytes(b"other bytes")
    model.unlink()
    model.symlink_to(tmp_path / "elsewhere")
    (one,) = told(repo, FILE)
    assert (one["verdict"], one["sources"]) == ("pass", ["DVC's cache"])
    shutil.rmtree(repo.path / ".dvc/cache")
    assert verify(repo, FILE).code == 4


def test_a_folder_that_cannot_be_listed_is_unchecked(repo: Repo) -> None:
    closed = repo.path / f"model_registry/{FOLDER}/model/closed"
    closed.mkdir(mode=0)
    said = run_powerless(repo, "verify", FOLDER)
    assert (said.code, said.err) == (4, "")
    assert "unchecked: model/closed cannot be listed" in said.out


def test_a_training_hash_of_other_bytes(repo: Repo) -> None:
    repo.edit(
        f"model_registry/{FILE}/metadata.yaml",
        f"training_hash: sha256:{SHA}",
        f"training_hash: sha256:{'0' * 64}",
    )
    (file,) = told(repo, FILE)
    assert [d["how"] for d in file["differences"]] == ["digest"]


@pytest.fixture
def downloaded(repo: Repo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An entry alone, as somebody hands it on, in no repository."""
    folder = tmp_path_factory.mktemp("downloads") / "wine"
    shutil.copytree(repo.path / f"model_registry/{FOLDER}", folder)
    return folder


def test_a_downloaded_folder(downloaded: Path) -> None:
    said = run("verify", str(downloaded), cwd=downloaded.parent)
    assert (said.code, said.err) == (0, "")
    assert f"PASS: {downloaded}: 3 files" in said.out
    said = run("verify", ".", cwd=downloaded)
    assert said.out.startswith("PASS: .: 3 files")
    said = run("verify", ".", "--remote", cwd=downloaded)
    assert (said.code, said.out) == (2, "")
    assert "no policy says whom to ask there" in said.err
    shutil.rmtree(downloaded / "model")
    assert run("verify", ".", cwd=downloaded).code == 4


def test_links_are_not_followed(downloaded: Path, tmp_path: Path) -> None:
    path = downloaded / "model/config.json"
    (tmp_path / "elsewhere").write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    said = run("verify", str(downloaded), cwd=downloaded)
    assert said.code in (1, 4)
    assert "model/config.json" in said.out
    path.unlink()
    os.mkfifo(path)
    assert run("verify", str(downloaded), cwd=downloaded).code in (1, 4), "and nobody waits"


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("wine:9.9.9",), "there is no entry wine:9.9.9"),
        (("no such",), "no such is no reference"),
        (("registrar.toml",), "registrar.toml is no folder"),
        ((".dvc",), ".dvc holds no entry"),
    ],
)
def test_what_is_no_entry(repo: Repo, argv: tuple[str, ...], said: str) -> None:
    answer = verify(repo, *argv)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_metadata_that_records_nothing(repo: Repo) -> None:
    path = f"model_registry/{FILE}/metadata.yaml"
    raw = (repo.path / path).read_text()
    kept = [
        line
        for line in raw.splitlines()
        if not line.startswith("files:") and "path: model" not in line
    ]
    commit = repo.git("rev-parse", "HEAD~1")
    changed = "\n".join(kept).replace(f"sha256:{SHA}", f"git:{commit}") + "\n"
    repo.write(path, changed)
    said = verify(repo, FILE)
    assert said.code == 4, (changed, said.out)
    assert "nothing is recorded of its bytes" in said.out
    repo.write(path, "a: [")
    assert "its metadata cannot be read: registrar check" in verify(repo, FILE).out


def test_what_the_remote_lacks_is_told_with_what_sends_it(repo: Repo, remote: Path) -> None:
    for kept in remote.rglob("*"):
        if kept.is_file():
            kept.unlink()
    said = verify(repo, FOLDER, "--remote")
    assert said.code == 1
    assert "  model/config.json is not on the DVC remote\n" in said.out
    push = f"dvc push model_registry/{FOLDER}/model.dvc"
    assert said.out.count(f"  = hint: {push}, where the bytes are, sends them\n") == 1
    assert {one["how"] for one in told(repo, FOLDER, "--remote")[0]["differences"]} == {"missing"}
