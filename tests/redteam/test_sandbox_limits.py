"""Jobs without end: of time, of output, of folders; and what is left of them afterwards: nothing."""

from __future__ import annotations

import os
import resource
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from registrar.domain.sandboxing import MIB, Bounds, End, Job, Level, Ran
from registrar.integrations.sandbox.box import Box
from registrar.integrations.sandbox.folder import remove, used

HERE = str(Path(__file__).parent)
LEVELS = [Level.LIMITS, Level.LANDLOCK, Level.NAMESPACES]
PLAIN = "import sys; sys.path.append({here!r}); import unruly; unruly.{name}({scene!r}, print)"


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(HERE)


def attack(job: str, level: Level, seconds: int = 1, **scene: object) -> Ran:
    bounds = Bounds(seconds=seconds, memory=400 * MIB, disk=16 * MIB, tasks=64, told=MIB)
    return Box(level).run(Job(job, scene, (HERE,), Level.LIMITS, bounds))


def plain(name: str, scene: object, folder: Path) -> subprocess.Popen[bytes]:
    """The same code in an ordinary child process."""
    command = PLAIN.format(here=HERE, name=name, scene=scene)
    quiet = subprocess.DEVNULL
    words = [sys.executable, "-c", command]
    return subprocess.Popen(words, stdout=quiet, stderr=quiet, cwd=folder)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ["sleep_for_ever", "spin_for_ever"])
def test_what_never_ends_is_ended(name: str, level: Level, tmp_path: Path) -> None:
    child = plain(name, {}, tmp_path)
    ran = attack(f"unruly:{name}", level)
    assert child.poll() is None  # the ordinary one goes on
    child.kill()
    child.wait()
    assert (ran.end, ran.code) == (End.TIME, 9)
    assert ran.seconds >= 1


@pytest.mark.parametrize("level", LEVELS)
def test_a_gigabyte_is_heard_and_not_kept(level: Level) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ran = attack("unruly:print_a_gigabyte", level, seconds=60)
    assert ran.end is End.EXITED
    assert len(ran.out) == 64 * 1024
    assert ran.unheard == 1024 * MIB - len(ran.out)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024  # KiB


def test_an_answer_of_a_gigabyte_is_cut_off() -> None:
    ran = attack("unruly:answer_a_gigabyte", Level.LANDLOCK, seconds=60)
    assert ran.answers == ()  # not one whole line
    assert ran.unheard > 1000 * MIB


@pytest.mark.parametrize("level", LEVELS)
def test_children_that_left_their_parent_are_killed(level: Level, tmp_path: Path) -> None:
    plainly = tmp_path / "plain"
    plainly.mkdir()
    boxed = tmp_path / "boxed"
    boxed.mkdir()
    naive = subprocess.Popen(
        [sys.executable, "-c", _forking(plainly)], start_new_session=True, stdout=subprocess.DEVNULL
    )
    assert naive.wait() == 0
    attack("attacks:run", level, seconds=5, attack="fork_twice_and_stay", outside=str(boxed))
    deadline = time.monotonic() + 20
    while not (plainly / "marker").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert (plainly / "marker").exists()  # an ordinary child leaves it behind
    assert not (boxed / "marker").exists()


def _forking(outside: Path) -> str:
    scene = {"outside": str(outside)}
    return (
        f"import sys; sys.path.append({HERE!r}); import attacks; "
        f"attacks.fork_twice_and_stay({scene!r})"
    )


@pytest.mark.parametrize("level", LEVELS)
def test_the_temporary_folder_goes_whatever_is_in_it(
    level: Level, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, scratch = tmp_path / "kept", tmp_path / "scratch"
    kept.mkdir()
    scratch.mkdir()
    (kept / "file").write_bytes(b"kept")
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    ran = attack("unruly:leave_a_deep_tree", level, seconds=30, outside=str(kept))
    assert ran.end is End.EXITED, ran.err
    assert list(scratch.iterdir()) == []
    assert (kept / "file").read_bytes() == b"kept"


def test_removing_follows_no_link_and_knows_no_depth(tmp_path: Path) -> None:
    kept, folder = tmp_path / "kept", tmp_path / "folder"
    kept.mkdir()
    (kept / "file").write_bytes(b"kept")
    folder.mkdir()
    (folder / "link").symlink_to(kept)
    at = os.getcwd()
    os.chdir(folder)
    try:
        for _ in range(300):
            os.mkdir("d" * 100)
            os.chdir("d" * 100)
        Path("last").write_bytes(b"x")
        os.symlink(kept, "link")
        os.mkfifo("pipe")
    finally:
        os.chdir(at)
    assert used(str(folder), 10_000)[1] >= 40  # deeper than a path can be long
    remove(str(folder))
    assert not folder.exists()
    assert (kept / "file").read_bytes() == b"kept"


MOVING = """
import os, sys
os.chdir(sys.argv[1])
print(flush=True)
while True:
    for number in range(8):
        os.rename(f"one{number}", f"other{number}")
    for number in range(8):
        os.rename(f"other{number}", f"one{number}")
"""


def test_what_is_moved_about_is_counted_all_the_same(tmp_path: Path) -> None:
    for number in range(8):
        (tmp_path / f"one{number}").mkdir()
        (tmp_path / f"one{number}/file").write_bytes(bytes(MIB))
    command = [sys.executable, "-c", MOVING, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as mover:
        assert mover.stdout is not None
        mover.stdout.readline()
        seen = [used(str(tmp_path), 1_000) for _ in range(1_000)]
        mover.kill()
    assert [one for one in seen if one[0] < 8 * MIB and one[1] < 1_000] == []


def test_what_is_printed_is_data() -> None:
    ran = attack("unruly:print_hostile_text", Level.LANDLOCK)
    assert (ran.end, ran.code) == (End.EXITED, 1)
    assert "\x1b[2J::error::owned" in ran.err  # the formats escape it


def test_a_level_that_is_not_reached_starts_nothing(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRWXU)
    scene = {"attack": "write_outside", "outside": str(tmp_path)}
    job = Job("attacks:run", scene, (HERE, str(tmp_path)), Level.LANDLOCK)
    ran = Box(Level.LIMITS).run(job)
    assert ran.end is End.REFUSED
    assert "reaches limits here, not landlock" in ran.reason
    assert not (tmp_path / "marker").exists()
    without = Box(Level.LANDLOCK, frozenset({"seccomp"})).run(job)
    assert (without.end, without.level) == (End.REFUSED, Level.LIMITS)
    assert not (tmp_path / "marker").exists()
