"""Where the kernel lacks Landlock or seccomp, the reports say what held the reading process."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from builders import ENTRY, Repo, good_entry
from test_scan_confined import NO_LANDLOCK, has_landlock

LAUNCHER = """
import ctypes, os, struct, sys
from registrar.integrations.sandbox import seccomp
from registrar.integrations.sandbox.system import PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, prctl
lacking, command = sys.argv[1].split(), sys.argv[2:]
prctl_number, filter_number = {"x86_64": (157, 317), "aarch64": (167, 277)}[os.uname().machine]
load, equal, answer = 0x20, 0x15, 0x06
steps = [(load, 0, 0, 0)]
if "landlock" in lacking:
    steps += [(equal, 0, 1, 444), (answer, 0, 0, 0x00050000 | 38)]
if "seccomp" in lacking:
    steps += [(equal, 0, 1, filter_number), (answer, 0, 0, 0x00050000 | 38)]
    steps += [(equal, 0, 3, prctl_number), (load, 0, 0, 16), (equal, 0, 1, PR_SET_SECCOMP)]
    steps += [(answer, 0, 0, 0x00050000 | 22)]
steps += [(answer, 0, 0, 0x7FFF0000)]
raw = b"".join(struct.pack("HBBI", *step) for step in steps)
prctl(PR_SET_NO_NEW_PRIVS, 1)
prctl(PR_SET_SECCOMP, 2, ctypes.byref(seccomp._Program(len(steps), raw)))
os.execv(command[0], command)
"""
"""Runs a program on a kernel that answers as one without these layers: ENOSYS, and EINVAL."""
CASES = [
    ("", ["limits", "landlock", "seccomp"], "confined by limits, landlock, seccomp"),
    ("landlock", ["limits", "seccomp"], "confined by limits, seccomp, not by landlock"),
    ("seccomp", ["limits", "landlock"], "confined by limits, landlock, not by seccomp"),
    ("landlock seccomp", ["limits"], "confined by limits, not by landlock or seccomp"),
]


def ran(lacking: str, *asked: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-I", "-m", "registrar", *asked]
    return subprocess.run(
        [sys.executable, "-I", "-c", LAUNCHER, lacking, *program],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(params=CASES, ids=lambda case: case[0] or "nothing lacks")
def case(request: pytest.FixtureRequest) -> tuple[str, list[str], str]:
    if not has_landlock():
        pytest.skip(NO_LANDLOCK)
    if os.uname().machine not in ("x86_64", "aarch64"):
        pytest.skip("no numbers of system calls for this machine")
    lacking, holds, said = request.param
    return lacking, holds, said


def test_scan_names_what_held_the_process_that_read(
    tmp_path: Path, case: tuple[str, list[str], str]
) -> None:
    lacking, holds, said = case
    (tmp_path / "model.pkl").write_bytes(pickle.dumps([1]))
    text = ran(lacking, "scan", "model.pkl", cwd=tmp_path)
    assert text.returncode == 0, text.stderr
    assert text.stdout.splitlines()[-1].endswith(f"; {said}")
    report = json.loads(ran(lacking, "scan", "model.pkl", "--format=json", cwd=tmp_path).stdout)
    assert report["scanner"]["confinement"] == holds


def test_check_names_what_held_the_process_that_read(
    tmp_path: Path, case: tuple[str, list[str], str]
) -> None:
    lacking, holds, said = case
    repo = Repo(tmp_path / "repo")
    repo.add_entry("wine-1.0.0", good_entry())
    text = ran(lacking, "check", "--runtime", ENTRY, cwd=repo.path).stdout
    (line,) = [line for line in text.splitlines() if "scanned by registrar" in line]
    assert line.endswith(f"; {said}")
    report: dict[str, Any] = json.loads(
        ran(lacking, "check", "--runtime", "--format=json", ENTRY, cwd=repo.path).stdout
    )
    assert report["runtime"]["scanner"]["confinement"] == holds
