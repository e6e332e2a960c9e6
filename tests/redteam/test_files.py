"""Hostile files: links, pipes, names, permissions, stand-ins for the artifact."""

from __future__ import annotations

import gzip
import os
import socket
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import ENTRY, ONNX, Repo
from naive import naive_accepts
from refusals import refused, two_entries


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return two_entries(tmp_path / "repo")


def link_out(repo: Repo) -> str:
    (repo.path / ENTRY / "model.onnx").unlink()
    (repo.path / ENTRY / "model.onnx").symlink_to("/etc/hostname")
    return "model.onnx is a symbolic link"


def link_to_a_folder(repo: Repo) -> str:
    (repo.path / ENTRY / "more").symlink_to("/etc")
    return "more is a symbolic link"


def linked_metadata(repo: Repo) -> str:
    good = repo.path / "model_registry/good-1.0.0/metadata.yaml"
    (repo.path / ENTRY / "metadata.yaml").unlink()
    (repo.path / ENTRY / "metadata.yaml").symlink_to(good)
    return "metadata.yaml is a symbolic link"


def linked_card(repo: Repo) -> str:
    (repo.path / ENTRY / "MODEL_CARD.md").unlink()
    (repo.path / ENTRY / "MODEL_CARD.md").symlink_to("../good-1.0.0/MODEL_CARD.md")
    return "MODEL_CARD.md is a symbolic link"


def pipe(repo: Repo) -> str:
    os.mkfifo(repo.path / ENTRY / "pipe")
    return "pipe is a special file"


def pipe_for_metadata(repo: Repo) -> str:
    (repo.path / ENTRY / "metadata.yaml").unlink()
    os.mkfifo(repo.path / ENTRY / "metadata.yaml")
    return "metadata.yaml is a special file"


def pipe_for_the_artifact(repo: Repo) -> str:
    (repo.path / ENTRY / "model.onnx").unlink()
    os.mkfifo(repo.path / ENTRY / "model.onnx")
    return "model.onnx is a special file"


def unix_socket(repo: Repo) -> str:
    here = Path.cwd()
    os.chdir(repo.path / ENTRY)  # the address of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("s")
    finally:
        os.chdir(here)
    return "s is a special file"


def embedded_repository(repo: Repo) -> str:
    (repo.path / ENTRY / "inner" / ".git").mkdir(parents=True)
    return "inner is a submodule"


def attributes(repo: Repo) -> str:
    repo.write(f"{ENTRY}/.gitattributes", "*.onnx text eol=crlf\n")
    return ".gitattributes is not allowed"


def backslash(repo: Repo) -> str:
    repo.write(f"{ENTRY}/..\\x", "x")
    return "does not survive every system"


def line_break(repo: Repo) -> str:
    repo.write(f"{ENTRY}/a\nb", "x")
    return "does not survive every system"


def escape_sequence(repo: Repo) -> str:
    repo.write(f"{ENTRY}/\x1b[2J", "x")
    return "does not survive every system"


def decomposed(repo: Repo) -> str:
    repo.write(f"{ENTRY}/cafe\u0301.md", "x")
    return "not in Unicode form NFC"


def no_utf8(repo: Repo) -> str:
    (Path(os.fsdecode(os.fsencode(repo.path / ENTRY) + b"/\xff\xfe"))).write_bytes(b"x")
    return "not in Unicode form NFC"


PLANTS = [
    *(link_out, link_to_a_folder, linked_metadata, linked_card, pipe, pipe_for_metadata),
    *(pipe_for_the_artifact, unix_socket, embedded_repository, attributes, backslash, line_break),
    *(escape_sequence, decomposed, no_utf8),
]


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_file_of_an_entry(plant: Callable[[Repo], str], repo: Repo) -> None:
    expected = plant(repo)
    assert expected in refused(repo, "entry-files")


@pytest.mark.parametrize("plant", [link_out, linked_metadata, linked_card, attributes])
def test_the_naive_gate_takes_it(plant: Callable[[Repo], str], repo: Repo) -> None:
    plant(repo)
    assert naive_accepts(repo.path / ENTRY)


def test_an_entry_that_is_a_link(repo: Repo, tmp_path: Path) -> None:
    (repo.path / ENTRY).rename(tmp_path / "elsewhere")
    (repo.path / ENTRY).symlink_to(tmp_path / "elsewhere")
    assert naive_accepts(repo.path / ENTRY)
    assert "the entry is a symbolic link" in refused(repo, "entry-files", ENTRY)


def test_a_registry_that_is_a_link(repo: Repo, tmp_path: Path) -> None:
    (repo.path / "model_registry").rename(tmp_path / "elsewhere")
    (repo.path / "model_registry").symlink_to(tmp_path / "elsewhere")
    result = repo.check()
    assert (result.code, result.report["checked"]) == (1, [])
    assert "model_registry is a symbolic link, not a folder" in result.findings[0]["message"]


def test_an_entry_that_is_a_file(repo: Repo) -> None:
    repo.write("model_registry/stray-1.0.0", "x")
    assert "the entry is a file, not a folder" in refused(repo, "entry-name")


def test_names_that_differ_by_case_or_unicode_form_only(repo: Repo) -> None:
    repo.write("model_registry/Wine-1.0.0/x.md", "x")
    assert "collides with" in refused(repo, "entry-name", ENTRY)
    repo.write("model_registry/caf\u00e9-1.0.0/x.md", "x")
    repo.write("model_registry/cafe\u0301-1.0.0/x.md", "x")
    assert refused(repo, "entry-name").count("collides with") == 4


def test_nothing_hangs_on_a_pipe_without_a_writer(repo: Repo) -> None:
    pipe_for_metadata(repo)
    pipe_for_the_artifact(repo)
    command = [sys.executable, "-m", "registrar", "check"]
    done = subprocess.run(command, cwd=repo.path, capture_output=True, timeout=60, check=False)
    assert done.returncode == 1


AS_NOBODY = """
import contextlib, io, os, sys, traceback
from registrar.cli.main import main
with contextlib.redirect_stdout(io.StringIO()):
    main(["check", "--no-cache"])  # loads what it needs: another user may not read this Python
os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.exit(main(["check", "--format", "text"]))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("hidden", ["metadata.yaml", "model.onnx", "MODEL_CARD.md", "metrics.json"])
def test_unreadable_files(repo: Repo, hidden: str) -> None:
    for folder in (repo.path, *repo.path.parents):
        if folder.owner() == "root" and str(folder).count("/") > 1:
            folder.chmod(0o755)
    (repo.path / ENTRY / hidden).chmod(0)
    command = [sys.executable, "-c", AS_NOBODY]
    done = subprocess.run(command, cwd=repo.path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert f"{hidden} cannot be read: Permission denied" in done.stdout
    assert "good-1.0.0" not in done.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_unreadable_folder(repo: Repo) -> None:
    for folder in (repo.path, *repo.path.parents):
        if folder.owner() == "root" and str(folder).count("/") > 1:
            folder.chmod(0o755)
    (repo.path / ENTRY / "more").mkdir(mode=0)
    command = [sys.executable, "-c", AS_NOBODY]
    done = subprocess.run(command, cwd=repo.path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "more is a folder that cannot be read" in done.stdout


LFS = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"
ARTIFACTS = {
    "lfs-pointer": (LFS.encode(), "artifact-present", "git-LFS pointer"),
    "empty": (b"", "artifact-present", "is empty"),
    "one-byte-off": (ONNX[:-1] + bytes([ONNX[-1] ^ 1]), "artifact-digest", "the SHA-256"),
    "cut": (ONNX[:-1], "artifact-digest", "the SHA-256"),
    "pickle": (b"\x80\x04cposix\nsystem\n.", "artifact-format", "pickle"),
    "pickle-protocol-0": (b"cposix\nsystem\n(S'id'\ntR.", "artifact-format", "pickle"),
    "gzip-bomb": (
        gzip.compress(b"0" * 50_000_000, mtime=0),
        "artifact-format",
        "no format that is known",
    ),
    "zlib-pickle": (zlib.compress(b"\x80\x04cposix\nsystem\n."), "artifact-format", "joblib"),
    "html": (b"<html>404</html>", "artifact-format", "no format that is known"),
    "script": (b"#!/bin/sh\nid\n", "artifact-format", "no format that is known"),
    "safetensors-2^63": (b"\xff" * 7 + b"\x7f{}", "artifact-format", "no format that is known"),
}


@pytest.mark.parametrize("name", ARTIFACTS)
def test_stand_in_for_the_artifact(name: str, repo: Repo) -> None:
    content, rule, message = ARTIFACTS[name]
    repo.write(f"{ENTRY}/model.onnx", content)
    assert naive_accepts(repo.path / ENTRY), "the naive gate takes every one of them"
    assert message in refused(repo, rule)


def pointer(path: str, size: int = 1043) -> str:
    return f"outs:\n- md5: {'d' * 32}\n  size: {size}\n  hash: md5\n  path: {path}\n"


def test_a_pointer_that_leaves_the_entry(repo: Repo) -> None:
    (repo.path / ENTRY / "model.onnx").unlink()
    repo.write(f"{ENTRY}/model.onnx.dvc", pointer("../good-1.0.0/model.onnx"))
    assert "does not lie in the entry" in refused(repo, "artifact-pointer")


def test_two_pointers_that_disagree(repo: Repo) -> None:
    (repo.path / ENTRY / "model.onnx").unlink()
    repo.write(f"{ENTRY}/model.onnx.dvc", pointer("model.onnx"))
    lock = "schema: '2.0'\nstages:\n  t:\n    outs:\n    - {path: model.onnx, hash: md5, "
    repo.write(f"{ENTRY}/dvc.lock", lock + f"md5: {'e' * 32}, size: 1043}}\n")
    repo.write(f"{ENTRY}/dvc.yaml", "stages: {t: {cmd: x, outs: [model.onnx]}}\n")
    assert "disagree about model.onnx" in refused(repo, "artifact-pointer")


@pytest.mark.parametrize(
    "text",
    ["", "outs: []", "- 1", "outs: [{path: model.onnx}]", "a: &x 1\nb: *x", "\x00", "outs: {a: 1}"],
)
def test_a_malformed_pointer_is_no_traceback(text: str, repo: Repo) -> None:
    (repo.path / ENTRY / "model.onnx").unlink()
    repo.write(f"{ENTRY}/model.onnx.dvc", text)
    assert refused(repo, "artifact-pointer", f"{ENTRY}/model.onnx.dvc")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_unreadable_licence_text_beside_the_entries(repo: Repo) -> None:
    for folder in (repo.path, *repo.path.parents):
        if folder.owner() == "root" and str(folder).count("/") > 1:
            folder.chmod(0o755)
    repo.write("model_registry/LICENSES/LicenseRef-foo.txt", "as you like\n").chmod(0)
    repo.edit(f"{ENTRY}/metadata.yaml", "Apache-2.0", "LicenseRef-foo")
    command = [sys.executable, "-c", AS_NOBODY]
    done = subprocess.run(command, cwd=repo.path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "the text of LicenseRef-foo is not here" in done.stdout
    assert "good-1.0.0" not in done.stdout
