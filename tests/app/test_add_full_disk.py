"""``registrar add`` on a disk that is really full: a small file system of memory in a namespace."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from added import behind_dvc, training_repo, with_card
from builders import GIT_ENV

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("unshare") is None,
    reason="unshare, which makes a namespace for the mount, is not here",
)
MIB = 1 << 20
SIZE = 4 * MIB
NAMES = ("--name", "wine", "--version", "1.0.0")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[str, ...]]:
    place = tmp_path_factory.mktemp("made")
    repo = behind_dvc(training_repo(place / "r"))
    repo.edit("registrar.toml", '"onnx"', '"onnx", "safetensors"')
    repo.commit("formats")
    options = with_card(repo)
    shutil.copy(place / "card.md", repo.path / "card.md")
    repo.commit("card")
    header = {"w": {"dtype": "U8", "shape": [SIZE], "data_offsets": [0, SIZE]}}
    text = json.dumps(header).encode()
    raw = len(text).to_bytes(8, "little") + text + os.urandom(SIZE)
    (place / "model.safetensors").write_bytes(raw)
    return place, options


def added(
    made: tuple[Path, tuple[str, ...]], tmp_path: Path, what: str, left: int, *more: str
) -> Any:
    """What happened where so many bytes are left on the disk of ``what``."""
    shutil.copytree(made[0] / "r", tmp_path / "r", symlinks=True)
    (tmp_path / "disk").mkdir()
    options = [option.replace("../card.md", "card.md") for option in made[1]]
    command = ["unshare", "--mount"] if os.getuid() == 0 else ["unshare", "-Ur", "--mount"]
    command += [sys.executable, str(Path(__file__).with_name("full_disk.py"))]
    command += [str(tmp_path / "r"), str(tmp_path / "disk"), what, str(left)]
    command += ["add", str(made[0] / "model.safetensors"), *NAMES, *options, *more]
    env = dict(os.environ) | GIT_ENV | {"PYTHONWARNINGS": "ignore", "DVC_NO_ANALYTICS": "1"}
    env["DVC_SITE_CACHE_DIR"] = str(tmp_path / "site-cache")
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


CASES = {
    "the copy does not fit": ("registry", 2 * MIB, "cannot be copied: No space left on device"),
    "the papers do not fit": ("registry", SIZE + 16384, "No space left on device"),
    "the cache does not fit": ("registry", SIZE + 2 * MIB, "dvc add failed: No space left"),
    "another disk, of the cache": ("cache", 2 * MIB, "dvc add failed: No space left on device"),
    "nothing fits": ("registry", 0, "No space left on device"),
    "nothing fits beside the cache": ("cache", 0, "No space left on device"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_full_disk_leaves_nothing(
    made: tuple[Path, tuple[str, ...]], tmp_path: Path, case: str
) -> None:
    what, left, cause = CASES[case]
    told = added(made, tmp_path, what, left)
    first = told["first"]
    assert (first["code"], first["out"]) == (70, ""), first
    assert cause in first["err"]
    assert "  = hint: free some space; nothing was changed\n" in first["err"]
    assert "fault of the program" not in first["err"]
    assert "Traceback" not in first["err"]
    assert told["after"] == told["before"]
    assert told["again"]["code"] == 0, told["again"]
    assert "added model_registry/wine-1.0.0" in told["again"]["out"]


def test_where_dvc_cannot_write_its_own_notes(
    made: tuple[Path, tuple[str, ...]], tmp_path: Path
) -> None:
    told = added(made, tmp_path, "site", 0)
    first = told["first"]
    assert "Traceback" not in first["err"], first
    assert first["code"] == 70, first
    assert "  = hint: free some space; nothing was changed\n" in first["err"]
    assert told["after"] == told["before"]
    assert told["again"]["code"] == 0, told["again"]
