"""``registrar verify`` asks nobody, changes nothing, and says how far it is on a terminal alone."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from builders import COMMIT, Repo, good_entry, run
from terminal import talk

from registrar.domain.digests import folder_digest

WATCHED = """
import os, sys
def watch(event, arguments):
    if event.startswith("socket.") or event in ("subprocess.Popen", "os.exec", "os.fork"):
        os.write(2, f"asked: {event}".encode())
        os._exit(99)
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
        os.write(2, f"wrote: {arguments[0]}".encode())
        os._exit(98)
sys.dont_write_bytecode = True
sys.addaudithook(watch)
from registrar.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
"""Ends the program where it opens a socket, starts another program, or opens a file to write."""


def watched(*argv: str, cwd: Path) -> tuple[int, str]:
    command = [sys.executable, "-c", WATCHED, *argv]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def stamps(top: Path) -> dict[str, tuple[int, int]]:
    found = {str(path): path.lstat() for path in sorted(top.rglob("*"))}
    return {path: (status.st_mtime_ns, status.st_ino) for path, status in found.items()}


def test_no_socket_is_opened_and_nothing_is_written(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "registry", git=False)
    repo.write("registrar.toml", "schema_version = 1\n")
    repo.add_entry("wine-1.0.0", good_entry())
    before = stamps(tmp_path)
    for target in ("wine", "model_registry/wine-1.0.0", "model_registry"):
        code, said = watched("verify", target, cwd=repo.path)
        assert code == 0, said
        assert "as recorded" in said
    assert stamps(tmp_path) == before


@pytest.mark.parametrize("deed", ["import socket; socket.socket()", "open('x', 'w')", "os.fork()"])
def test_the_watch_sees_what_it_is_for(tmp_path: Path, deed: str) -> None:
    script = WATCHED.partition("from registrar")[0] + deed
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode in (98, 99)


def folder_entry(top: Path, contents: dict[str, bytes]) -> Path:
    """An entry whose metadata records the digest of a folder, and none of its files."""
    digests = {name: hashlib.sha256(raw).hexdigest() for name, raw in contents.items()}
    for name, raw in contents.items():
        (top / "model" / name).parent.mkdir(parents=True, exist_ok=True)
        (top / "model" / name).write_bytes(raw)
    (top / "metadata.yaml").write_text(
        f"source: {{repository: 'https://github.com/acme/wine', commit: {COMMIT}}}\n"
        "dataset_manifest: dataset-manifest.yaml\nlicense: MIT\nartifact: model\n"
        f"training_hash: sha256:{folder_digest(digests)}\n"
    )
    return top


def test_a_folder_of_whose_files_nothing_is_recorded(tmp_path: Path) -> None:
    entry = folder_entry(tmp_path / "wine", {"a.bin": b"a", "sub/b.bin": b"b"})
    assert run("verify", "wine", cwd=tmp_path).code == 0
    (entry / "model/a.bin").write_bytes(b"x")
    said = run("verify", "wine", cwd=tmp_path)
    assert said.code == 1
    assert "  model has the folder digest " in said.out
    assert "nothing says which file differs" in said.out
    report = run("verify", "wine", "--format", "json", cwd=tmp_path).report
    assert [one["how"] for one in report["verified"][0]["differences"]] == ["folder"]


@pytest.mark.slow
def test_progress_is_on_a_terminal_alone(tmp_path: Path) -> None:
    """A large hole in a file takes more than the second after which progress is shown."""
    entry = folder_entry(tmp_path / "wine", {"a.bin": b"a"})
    size = 64 * 1024 * 1024
    shown = ""
    while f"of {size:,} bytes" not in shown and size < 2**36:  # as large as this machine needs it
        size *= 4
        os.truncate(entry / "model/a.bin", size)
        plain = subprocess.run(
            [sys.executable, "-m", "registrar", "verify", "wine"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (plain.returncode, plain.stderr) == (1, "")
        assert "\r" not in plain.stdout
        code, shown = talk(["verify", "wine"], [], tmp_path, {"NO_COLOR": "1"})
        assert code == 1
    assert f"of {size:,} bytes" in shown
    assert shown.rpartition("\r")[2].startswith("FAIL: wine: 1 file")


@pytest.mark.parametrize("extra", [("--jobs", "0"), ("--remote", "--offline")])
def test_options_that_are_none(tmp_path: Path, extra: tuple[str, ...]) -> None:
    assert run("verify", ".", *extra, cwd=tmp_path).code == 2
