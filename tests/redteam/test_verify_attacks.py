"""Entries that want ``registrar verify`` to read what it should not, or to read for ever."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from builders import ONNX, SHA, Repo, good_repo, run

ENTRY = "model_registry/wine-1.0.0"
SECRET = b"PASSWORD=hunter2\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return good_repo(tmp_path / "repo")


def told(repo: Repo) -> tuple[Any, str]:
    """What verify says of the one entry, and all that it printed."""
    said = run("verify", ENTRY, "--format", "json", cwd=repo.path)
    assert "Traceback" not in said.err
    return json.loads(said.out)["verified"][0], said.out + said.err


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    made = tmp_path / "home" / ".netrc"
    made.parent.mkdir()
    made.write_bytes(SECRET)
    return made


def behind_a_pointer(repo: Repo, md5: str, link: str, inside: str = ".dvc/cache") -> Path:
    """The artifact behind a pointer, and an object of the cache that is a link."""
    (repo.path / ENTRY / "model.onnx").unlink()
    kind = "nfiles: 1\n  " if md5.endswith(".dir") else ""
    repo.write(
        f"{ENTRY}/model.onnx.dvc",
        f"outs:\n- md5: {md5}\n  {kind}size: 17\n  hash: md5\n  path: model.onnx\n",
    )
    made = repo.path / inside / "files/md5" / md5[:2] / md5[2:]
    made.parent.mkdir(parents=True)
    made.symlink_to(link)
    return made


@pytest.mark.parametrize("setting", ["", "[cache]\n    dir = ../objects\n"])
def test_a_link_in_the_cache_tells_nothing_of_what_it_leads_to(
    setting: str, repo: Repo, secret: Path
) -> None:
    """A tree may bring a cache, with names of its choice for links to files of ours."""
    if setting:
        repo.write(".dvc/config", setting)
    inside = "objects" if setting else ".dvc/cache"
    made = behind_a_pointer(repo, "a" * 32, str(secret), inside)
    assert made.read_bytes() == SECRET  # whoever follows it reads it
    answer, printed = told(repo)
    assert answer["verdict"] == "incomplete"
    assert hashlib.sha256(SECRET).hexdigest() not in printed
    assert "17" not in printed


def test_a_link_as_the_list_of_a_folder_tells_nothing(repo: Repo, secret: Path) -> None:
    behind_a_pointer(repo, "a" * 32 + ".dir", str(secret))
    answer, printed = told(repo)
    assert answer["verdict"] == "incomplete"
    assert hashlib.md5(SECRET).hexdigest() not in printed


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/stdin"])
def test_a_device_in_the_cache_is_not_read(device: str, repo: Repo) -> None:
    behind_a_pointer(repo, "a" * 32, device)
    assert told(repo)[0]["verdict"] == "incomplete"


def test_a_pipe_in_the_cache_is_not_waited_for(repo: Repo) -> None:
    made = behind_a_pointer(repo, "a" * 32, "nowhere")
    made.unlink()
    os.mkfifo(made)
    assert told(repo)[0]["verdict"] == "incomplete"


def test_the_right_name_with_other_bytes_is_told(repo: Repo, tmp_path: Path) -> None:
    made = behind_a_pointer(repo, "a" * 32, "nowhere")
    made.unlink()
    made.write_bytes(bytes(len(ONNX)))
    (difference,) = told(repo)[0]["differences"]
    assert difference["how"] == "bytes"
    assert difference["recorded"] == SHA


@pytest.fixture
def grown(repo: Repo) -> Iterator[Path]:
    """An artifact that grows faster than anybody reads; sparse, so that it takes no room."""
    path = repo.path / ENTRY / "model.onnx"
    ends = threading.Event()

    def grow() -> None:
        length = 1 << 30
        while not ends.is_set() and length < 1 << 42:
            os.truncate(path, length)
            length += 1 << 30
            ends.wait(0.1)

    os.truncate(path, 1 << 30)
    thread = threading.Thread(target=grow)
    thread.start()
    yield path
    ends.set()
    thread.join()


def test_a_file_that_grows_without_end_is_too_long(repo: Repo, grown: Path) -> None:
    (difference,) = told(repo)[0]["differences"]
    assert difference["how"] == "longer"
    assert int(difference["found"]) < 80 << 20


@pytest.mark.parametrize("name", ["../../../secret", "/etc/passwd", "model.onnx/../x", "a\\b", "."])
def test_paths_that_leave_the_entry_are_refused(name: str, repo: Repo) -> None:
    (repo.path / "secret").write_bytes(SECRET)
    item = json.dumps({"path": name, "sha256": hashlib.sha256(SECRET).hexdigest(), "size": 17})
    repo.edit(
        f"{ENTRY}/metadata.yaml", "artifact: model.onnx", f"artifact: model.onnx\nfiles: [{item}]"
    )
    answer, _ = told(repo)
    assert answer["verdict"] != "fail"
    repo.edit(f"{ENTRY}/metadata.yaml", "artifact: model.onnx", f"artifact: {json.dumps(name)}")
    assert told(repo)[0]["verdict"] == "incomplete"


@pytest.mark.parametrize("kind", ["link", "pipe", "folder link", "device"])
def test_what_is_no_file_is_not_read(kind: str, repo: Repo, secret: Path) -> None:
    path = repo.path / ENTRY / "model.onnx"
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    else:
        leads = {"link": secret, "folder link": secret.parent, "device": Path("/dev/zero")}
        path.symlink_to(leads[kind])
    answer, printed = told(repo)
    assert answer["verdict"] != "pass"
    assert hashlib.sha256(SECRET).hexdigest() not in printed


def test_hostile_names_are_printed_as_data(repo: Repo) -> None:
    repo.edit(f"{ENTRY}/metadata.yaml", "artifact: model.onnx", "artifact: model")
    repo.edit(
        f"{ENTRY}/metadata.yaml", f"training_hash: sha256:{SHA}", f"training_hash: sha256:{SHA}"
    )
    folder = repo.path / ENTRY / "model"
    folder.mkdir()
    (folder / "a\x1b[2J\n::error::b").write_bytes(b"x")
    said = run("verify", ENTRY, cwd=repo.path)
    assert said.code in (1, 4)
    assert "\x1b" not in said.out
    assert "\n::" not in said.out
