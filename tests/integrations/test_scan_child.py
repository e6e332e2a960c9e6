"""The child that scans: it may die, hang or be slow, and takes nothing along."""

from __future__ import annotations

import os
import pickle
import resource
from pathlib import Path

import joblib
import numpy as np
import pytest
from bounded_scan import scanned
from crafted import proto

from registrar.domain.scanning import Safety
from registrar.integrations.scanning.allowlist import allowlist
from registrar.integrations.scanning.engine import Engine
from registrar.integrations.scanning.limits import Limits
from registrar.integrations.scanning.parts import Part
from registrar.integrations.scanning.scanner import ChildScanner
from registrar.ports.scanning import ToScan


def test_the_process_dies_of_one_file_and_reads_the_others(tmp_path: Path) -> None:
    hashed = proto(4) + b"}" + b")" + b"\x85" * 3_000_000 + b"Ns."
    memo = proto(2) + b"Nr\xff\xff\xff\x7f."
    good = pickle.dumps({"a": [1, 2.0]})
    found = scanned(tmp_path, a=good, b=good, hashed=hashed, c=good, memo=memo, d=good)
    by_name = {file.path: file for file in found}
    assert [by_name[name].safety for name in "abcd"] == [Safety.CLEAN] * 4
    assert by_name["hashed"].safety is Safety.UNREAD
    assert by_name["memo"].safety is Safety.UNREAD
    assert "limit" in by_name["memo"].troubles[0].message
    assert "crashed" in by_name["hashed"].troubles[0].message


@pytest.mark.slow
def test_many_files_are_asked_for_at_once_and_the_deadly_ones_alone_are_told(
    tmp_path: Path,
) -> None:
    """More requests than are sent ahead, and deaths at the begin, the end, and side by side."""
    hashed = proto(4) + b"}" + b")" + b"\x85" * 3_000_000 + b"Ns."
    deadly = {0, 90, 91, 249}
    files = {
        f"{index:03}": hashed if index in deadly else pickle.dumps([index]) for index in range(250)
    }
    found = scanned(tmp_path, **files)
    assert {int(file.path) for file in found if file.safety is not Safety.CLEAN} == deadly
    assert [file.path for file in found] == sorted(files)


def test_a_file_that_takes_too_long_is_given_up_and_the_others_are_read(tmp_path: Path) -> None:
    modulus = 2**61 - 1
    numbers = b"".join(
        pickle.LONG1 + b"\x20" + (index * modulus).to_bytes(32, "little") + b"N"
        for index in range(1, 40_000)
    )
    colliding = proto(4) + b"}(" + numbers + b"u."
    quick = Limits(cpu=1)
    good = pickle.dumps([1])
    found = scanned(tmp_path, quick, a=good, slow=colliding, b=good)
    assert [file.safety for file in found] == [Safety.CLEAN, Safety.UNREAD, Safety.CLEAN]
    assert "too much time" in found[1].troubles[0].message
    hung = Limits(wall=0, pace=1 << 40)
    found = scanned(tmp_path, hung, a=colliding)
    assert "too long" in found[0].troubles[0].message


def test_a_big_array_costs_no_memory(tmp_path: Path) -> None:
    big = np.zeros(40_000_000)  # 320 MB, most of it a hole in the file
    for number in (4, 5):
        with open(tmp_path / f"{number}.pkl", "wb") as file:
            pickle.dump({"w": big, "n": 1}, file, number)
    joblib.dump({"w": big}, tmp_path / "w.joblib")
    np.save(tmp_path / "w.npy", big)
    del big
    names = ("4.pkl", "5.pkl", "w.joblib", "w.npy")
    files = [ToScan(n, str(tmp_path / n), (tmp_path / n).stat().st_size) for n in names]
    scan = ChildScanner(second=False).scan(files)
    assert [file.troubles for file in scan.files] == [()] * 4
    for file in files:  # the same in this process, to see what it takes
        os.posix_fadvise(os.open(file.place, os.O_RDONLY), 0, 0, os.POSIX_FADV_DONTNEED)
    reader = os.fork()
    if reader == 0:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for file in files:
            with open(file.place, "rb") as stream:
                Engine(allowlist()).judged(Part(file.path, stream, file.size))
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        os._exit(0 if grown < 32 * 1024 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(reader, 0)[1]) == 0


def test_nothing_of_the_environment_or_of_open_files_reaches_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registrar.integrations.scanning.process import Job, _Process

    monkeypatch.setenv("SECRET_TOKEN", "planted")
    (tmp_path / "a").write_bytes(pickle.dumps(1))
    reading = _Process(Job(Limits(), (), False), [ToScan("a", str(tmp_path / "a"), 5)])
    reading.start()
    assert len(list(reading.answers())) == 1
    child = reading._process
    assert child is not None
    environment = Path(f"/proc/{child.pid}/environ").read_bytes()
    assert b"planted" not in environment
    assert os.getpgid(child.pid) == child.pid != os.getpgrp()
    limits = Path(f"/proc/{child.pid}/limits").read_text()
    assert "Max core file size        0 " in limits
    assert Path(f"/proc/{child.pid}/cwd").resolve() == Path("/")
    opened = {os.readlink(link) for link in Path(f"/proc/{child.pid}/fd").iterdir()}
    assert all(name.startswith(("pipe:", "/dev/null")) for name in opened), opened
    reading.end()
    assert child.poll() is not None
