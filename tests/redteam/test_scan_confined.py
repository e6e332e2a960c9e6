"""The reading process, taken over: what would code in it reach, and whom could it deceive?"""

from __future__ import annotations

import gzip
import json
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from registrar.domain.scanning import Safety
from registrar.integrations.sandbox import landlock
from registrar.integrations.scanning import process, settling
from registrar.integrations.scanning.limits import Limits
from registrar.integrations.scanning.scanner import ChildScanner
from registrar.ports.scanning import ToScan

ATTACKER = """
import json, os, sys
from registrar.integrations.scanning.confining import confine

told = json.loads(sys.argv[1])
assert confine(told) == told["expected"]

def tried(deed):
    try:
        deed()
    except OSError as error:
        return error.strerror
    return "done"

def connected(family):
    import socket
    socket.socket(family, socket.SOCK_DGRAM)

def forked():
    if os.fork() == 0:
        os._exit(0)

target, secret, other = told["read"][0], told["secret"], told["other"]
print(json.dumps({
    "read the file": tried(lambda: open(target).read()),
    "list its folder": tried(lambda: os.listdir(os.path.dirname(target))),
    "write to the scratch folder": tried(lambda: open(told["scratch"] + "/a", "w")),
    "import a library": tried(lambda: __import__("wave")),
    "read its neighbour": tried(lambda: open(secret).read()),
    "read by a descriptor of the folder": tried(lambda: os.open(
        os.path.basename(secret), os.O_RDONLY, dir_fd=os.open(os.path.dirname(secret), os.O_PATH))),
    "list another folder": tried(lambda: os.listdir(other)),
    "read the environment of the parent": tried(
        lambda: open(f"/proc/{os.getppid()}/environ").read()),
    "change the file": tried(lambda: open(target, "r+")),
    "write beside it": tried(lambda: open(target + "2", "w")),
    "take the file away": tried(lambda: os.unlink(target)),
    "link to it": tried(lambda: os.symlink(target, told["scratch"] + "/link")),
    "open a socket": tried(lambda: connected(2)),
    "open a Unix socket": tried(lambda: connected(1)),
    "fork": tried(forked),
    "run a program": tried(lambda: os.execv("/bin/true", ["true"])),
    "kill the parent": tried(lambda: os.kill(os.getppid(), 0)),
}))
"""
WORKS = ("read the file", "list its folder", "write to the scratch folder", "import a library")
NO_LANDLOCK = "the kernel has no Landlock"


def has_landlock() -> bool:
    try:
        return landlock.abi() >= 1
    except OSError:
        return False


@pytest.mark.skipif(not has_landlock(), reason=NO_LANDLOCK)
def test_code_in_the_reading_process_reaches_nothing(tmp_path: Path) -> None:
    for name in ("models", "scratch", "other"):
        (tmp_path / name).mkdir()
    for name in ("models/model.pkl", "models/secret", "other/secret"):
        (tmp_path / name).write_text("text")
    told = {
        "read": [str(tmp_path / "models/model.pkl")],
        "list": [str(tmp_path / "models")],
        "scratch": str(tmp_path / "scratch"),
        "secret": str(tmp_path / "models/secret"),
        "other": str(tmp_path / "other"),
    }
    done = {}
    for expected in (["landlock", "seccomp"], []):
        code = ATTACKER if expected else ATTACKER.replace("confine(told)", "[]")
        code = code if expected else code.replace('os.execv("/bin/true", ["true"])', "None")
        asked = json.dumps({**told, "expected": expected})
        ended = subprocess.run(
            [sys.executable, "-I", "-c", code, asked], capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr
        done[bool(expected)] = json.loads(ended.stdout)
        (tmp_path / "models/model.pkl").write_text("text")
    assert set(done[False].values()) == {"done"}, "a process that is not confined does all of it"
    reached = {deed for deed, answer in done[True].items() if answer == "done"}
    assert reached == set(WORKS), done[True]


def test_a_path_without_a_rule_does_not_open_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that the kernel takes no rule for must not keep the process from being confined."""
    called: list[int] = []

    def syscall(number: int, *_: object) -> int:
        called.append(number)
        if number == landlock._ADD_RULE:
            raise OSError("no rule for this one")
        return os.open(os.devnull, os.O_RDONLY) if number == landlock._CREATE else 0

    monkeypatch.setattr(landlock, "syscall", syscall)
    landlock.restrict([str(tmp_path)], [], [str(tmp_path)])
    assert called[-3:] == [landlock._ADD_RULE, landlock._ADD_RULE, landlock._RESTRICT]


@pytest.mark.skipif(not has_landlock(), reason=NO_LANDLOCK)
def test_the_reading_process_is_confined_before_it_reads(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(b"N.")
    files = [ToScan("model.pkl", str(tmp_path / "model.pkl"), 2)]
    reading = process._Process(process.Job(Limits(), (), second=False), files)
    assert reading.start()["holds"] == ["limits", "landlock", "seccomp"]
    assert reading._process is not None
    status = Path(f"/proc/{reading._process.pid}/status").read_text()
    assert "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status
    scratch = reading._scratch
    assert os.listdir(scratch) == []
    assert [answer["troubles"] for answer in reading.answers()] == [[]]
    reading.end()
    assert not os.path.exists(scratch)


def test_many_files_are_read_by_one_process_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "_EACH", 3)
    files = []
    for index in range(8):
        (tmp_path / f"{index}.pkl").write_bytes(b"N." if index != 4 else b"cos\nsystem\n.")
        files.append(ToScan(f"{index}.pkl", str(tmp_path / f"{index}.pkl"), 2))
    counts = []

    def counted(asked: Sequence[ToScan], *rest: Any) -> process.Said:
        counts.append(len(asked))
        return process.read(asked, *rest)

    monkeypatch.setattr(settling, "read", counted)
    steps: list[tuple[int, int]] = []
    found = ChildScanner(second=False).scan(
        files, progress=lambda done, total: steps.append((done, total))
    )
    assert counts == [3, 3, 2]
    assert steps == [(done, 8) for done in range(1, 9)]
    assert [file.path for file in found.files if file.troubles] == ["4.pkl"]


def test_what_is_unpacked_lies_in_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = gzip.compress(pickle.dumps([os.urandom(1 << 20) for _ in range(8)], 2))
    (tmp_path / "big.pkl.gz").write_bytes(content)
    files = [ToScan("big.pkl.gz", str(tmp_path / "big.pkl.gz"), len(content))]
    (found,) = ChildScanner(second=False).scan(files).files
    assert found.safety is Safety.CLEAN, found

    def nowhere(prefix: str) -> str:
        raise OSError(prefix)

    monkeypatch.setattr(tempfile, "mkdtemp", nowhere)
    (found,) = ChildScanner(second=False).scan(files).files
    assert (found.safety is Safety.UNREAD) == has_landlock(), found


LIAR = """
import json, sys
sys.stdin.readline()
print(json.dumps({"allowlist": "", "second": None}), flush=True)
for line in sys.stdin:
    clean = {"format": "pickle", "troubles": [], "external": []}
    for number in %s:
        print(json.dumps({"n": number, **clean}), flush=True)
"""


@pytest.mark.parametrize(
    ("numbers", "clean"),
    [("(1,)", 0), ("(0, 0)", 0), ("(None,)", 0), ("('0',)", 0), ("(0,)", 2)],
)
def test_one_answer_is_never_taken_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, numbers: str, clean: int
) -> None:
    """A process that says more than it was asked cannot speak for the next file.

    One that numbers each answer 0 is believed of its first file, and asked about no other.
    """
    monkeypatch.setattr(process, "_BOOT", LIAR % numbers)
    files = []
    for name in ("a.pkl", "b.pkl"):
        (tmp_path / name).write_bytes(b"N.")
        files.append(ToScan(name, str(tmp_path / name), 2))
    found = ChildScanner(second=False).scan(files).files
    safe = [file for file in found if file.safety is Safety.CLEAN]
    assert len(safe) == clean
    assert all("out of turn" in file.troubles[0].message for file in found if file not in safe)


def test_what_a_library_prints_is_no_answer(tmp_path: Path) -> None:
    code = "import sys\nfrom registrar.integrations.scanning.child import _channel, _say\n"
    code += "answers = _channel()\nprint('{\"n\": 0}')\nsys.__stdout__.write('noise\\n')\n"
    code += "import os\nos.write(1, b'noise')\n_say(answers, n=0)\n"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout == '{"n": 0}\n'
