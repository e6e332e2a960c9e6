"""What is left when things end badly: the program is killed, the folder cannot be taken away."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from environments import as_somebody_else, unmeasured

from registrar.domain.sandboxing import MIB, Bounds, End, Job, Level
from registrar.integrations.sandbox import bubblewrap, visible
from registrar.integrations.sandbox.box import Box
from registrar.integrations.sandbox.processes import below
from registrar.integrations.sandbox.unlinked import unlinked

HERE = str(Path(__file__).parent)
LEVELS = [Level.LIMITS, Level.LANDLOCK, Level.NAMESPACES]
SLEEPER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may ignore it
sys.path.append({here!r})
from registrar.domain.sandboxing import Bounds, Job, Level
from registrar.integrations.sandbox.box import Box
job = Job("unruly:sleep_for_ever", {{}}, ({here!r},), Level.LIMITS, Bounds(seconds=300))
print("begins", flush=True)
Box(Level({level!r})).run(job)
"""


def alive(pids: set[int]) -> set[int]:
    """Those that run; a zombie does not."""
    found = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
        except OSError:
            continue
        found |= set() if state.split()[0] == "Z" else {pid}
    return found


def soon(pids: set[int]) -> set[int]:
    """Who is still there after a while."""
    deadline = time.monotonic() + 20
    while alive(pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return alive(pids)


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made, by nobody else."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.syspath_prepend(HERE)
    return folder


@contextmanager
def started(level: Level, folder: Path) -> Iterator[tuple[subprocess.Popen[str], set[int]]]:
    """A program with a job that sleeps, and the processes that it started."""
    code = SLEEPER.format(here=HERE, level=level.value)
    program = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=unmeasured() | {"TMPDIR": str(folder)},
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "begins\n"
    deadline = time.monotonic() + 30
    while not list(folder.glob("registrar-box-*/begun")) and time.monotonic() < deadline:
        time.sleep(0.05)
    yield program, below(program.pid)
    program.kill()
    program.wait()
    program.stdout.close()


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_job_does_not_outlive_the_program(number: int, level: Level, tmp_path: Path) -> None:
    with started(level, tmp_path) as (program, pids):
        assert len(pids) >= 2, "the watcher and the job"
        program.send_signal(number)
        program.wait(60)
        assert soon(pids) == set()
    if number == signal.SIGINT:  # the others cannot be answered
        assert list(tmp_path.glob("registrar-box-*")) == []


@pytest.mark.parametrize("level", LEVELS[:2])
def test_a_job_does_not_outlive_its_watcher(level: Level, tmp_path: Path) -> None:
    with started(level, tmp_path) as (program, pids):
        keeper = next(pid for pid in pids if below(pid))
        os.kill(keeper, signal.SIGKILL)  # as the kernel does where memory is short
        assert soon(pids) == set()
        assert program.wait(30) == 0


def test_a_folder_that_cannot_be_removed_is_told(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(folder: str) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("registrar.integrations.sandbox.box.remove", refused)
    job = Job("unruly:print_hostile_text", {}, (HERE,), Level.LIMITS)
    ran = Box(Level.LIMITS).run(job)
    assert ran.end is End.EXITED
    assert ran.lacking["cleaning up"].endswith("cannot be removed: Operation not permitted")
    shutil.rmtree(scratch)


def test_a_planted_program_is_not_taken_for_bubblewrap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = tmp_path / "bwrap"
    planted.write_text(f"#!/bin/sh\necho run >> {tmp_path}/marker\n", encoding="utf-8")
    planted.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".{os.pathsep}")
    assert shutil.which("bwrap") is not None
    program, why = bubblewrap.probe.__wrapped__()
    assert program is None
    assert "the current folder" in why
    assert not (tmp_path / "marker").exists()


def test_a_registry_that_is_importable_is_not_readable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``pip install -e`` of a flat repository puts all of it on ``sys.path``."""
    registry, library = tmp_path / "registry", tmp_path / "library"
    artifact = registry / "model_registry/wine-1.0.0/model"
    library.mkdir()
    artifact.mkdir(parents=True)
    (registry / ".env").write_text("TOKEN=4711", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for folder in (registry, library, ""):
        monkeypatch.syspath_prepend(str(folder))
    named = visible.by_landlock((str(artifact),))
    assert str(artifact) in named
    assert str(library) in named
    assert str(registry) not in named
    assert "" not in named
    assert os.getcwd() not in named


def test_files_without_names_are_counted(tmp_path: Path) -> None:
    def held() -> int:
        return unlinked([os.getpid()], str(tmp_path), 1 << 30)

    before = held()
    file = tmp_path / "a b (deleted)"
    with file.open("w+b") as stream:
        stream.write(bytes(1 << 20))
        stream.flush()
        assert held() == before
        file.unlink()
        assert held() == before + (1 << 20)
        import mmap

        page = mmap.mmap(stream.fileno(), 4096)
        assert held() == before + (1 << 20)  # once
    page.close()
    assert held() == before
    assert unlinked([2**22 + 1], str(tmp_path), 1) == 0  # no such process


def test_an_ordinary_temporary_file_is_no_offence(scratch: Path) -> None:
    bounds = Bounds(seconds=60, memory=400 * MIB, disk=16 * MIB, tasks=64)
    job = Job("unruly:use_temporary_files", {}, (HERE,), Level.LIMITS, bounds)
    for level in LEVELS:
        ran = Box(level).run(job)
        assert (ran.end, ran.answers) == (End.EXITED, ("used",)), ran.err


def test_nobody_may_run_it_too(tmp_path: Path) -> None:
    """A job of somebody without any rights ends with its folder taken away."""
    if os.getuid() != 0:
        pytest.skip("this is not root")
    code = SLEEPER.format(here=HERE, level=Level.LANDLOCK.value).replace("seconds=300", "seconds=1")
    tmp_path.chmod(0o777)
    done = subprocess.run(
        as_somebody_else(sys.executable, "-c", code),
        env=unmeasured() | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(autouse=True)
def _no_children_left() -> Iterator[None]:
    before = below(os.getpid())
    yield
    assert soon(below(os.getpid()) - before) == set()
