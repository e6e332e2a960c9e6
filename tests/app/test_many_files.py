"""A folder of as many files as metadata can list, through DVC, to a remote, and every byte back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from added import behind_dvc, training_repo, with_card
from builders import GIT_ENV, ONNX, Repo

from registrar.integrations.workshop.source import MAX_FILES

pytestmark = pytest.mark.slow
MEASURED = """
import json, os, re, sys, threading
from registrar.cli.main import main
most, stop = [0], threading.Event()
def watch():
    while not stop.wait(0.02):
        most[0] = max(most[0], len(os.listdir("/proc/self/fd")))
thread = threading.Thread(target=watch); thread.start()
code = main(sys.argv[1:])
stop.set(); thread.join()
status = open("/proc/self/status").read()  # ru_maxrss begins with that of who started it
memory = int(re.search(r"VmHWM:\\s*(\\d+) kB", status)[1]) // 1024
print(json.dumps([code, memory, most[0]]), file=sys.stderr)
"""


def measured(repo: Repo, *argv: str) -> tuple[str, int, int, int]:
    """What the command prints; its exit code, its memory in MiB, and its most open files."""
    env = dict(os.environ) | GIT_ENV | {"DVC_NO_ANALYTICS": "1", "PYTHONWARNINGS": "ignore"}
    env |= {"DVC_SITE_CACHE_DIR": str(repo.path.parent / "site-cache")}
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *argv],
        cwd=repo.path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    code, memory, files = json.loads(done.stderr.splitlines()[-1])
    return done.stdout + done.stderr, code, memory, files


def folder(place: Path, count: int) -> Path:
    """Files of different bytes, some of them below folders."""
    model = place / "model"
    for number in range(count):
        path = model / f"{number % 50:02}" / f"part-{number:05}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"part": number}))
    (model / "00/part-00000.json").unlink()
    (model / "model.onnx").write_bytes(ONNX)
    return model


def test_as_many_as_can_be_listed(tmp_path: Path) -> None:
    repo = behind_dvc(training_repo(tmp_path / "r"))
    repo.edit("registrar.toml", '"1 KiB"', '"1 MiB"')
    repo.commit("a list of files is larger than a small limit")
    options = with_card(repo)
    folder(tmp_path, MAX_FILES)
    wanted = ("--name", "wine", "--version", "1.0.0", "--dvc", "--push", *options)
    said, code, memory, files = measured(repo, "add", "../model", *wanted)
    assert code == 0, said
    assert memory < 400, "DVC and its libraries take a quarter of it"
    assert files < 100
    repo.commit("entry")
    said, code, memory, files = measured(repo, "check", "--remote", "--verify-bytes", "--no-cache")
    assert code == 0, said
    assert (memory < 400, files < 100) == (True, True), (memory, files)
    objects = [path for path in (tmp_path / "remote").rglob("*") if path.is_file()]
    assert len(objects) == MAX_FILES + 1, "each file, and the list of the folder"
    lost = next(path for path in objects if path.suffix != ".dir")
    lost.unlink()
    said, code, _, _ = measured(repo, "check", "--remote")
    assert code == 1
    assert f"1 of {MAX_FILES:,} files of model" in said


def test_ten_thousand(tmp_path: Path) -> None:
    """More than a document may hold: refused before a byte is copied, with what to do."""
    repo = behind_dvc(training_repo(tmp_path / "r"))
    folder(tmp_path, 10_000)
    wanted = ("--name", "wine", "--version", "1.0.0", "--dvc", "--license", "Apache-2.0")
    data = ("--dataset", "wine.csv", "--dataset-version", "1", "--dataset-license", "MIT")
    said, code, memory, _ = measured(repo, "add", "../model", *wanted, *data)
    assert code == 2, said
    assert "has 10,000 files, more than metadata.yaml can list (2,400)" in said
    assert "pack what belongs together into fewer files" in said
    assert memory < 200
    assert not list((repo.path / "model_registry").iterdir())
