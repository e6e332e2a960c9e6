"""The place of the cache: private, in the user's home, and no word where it cannot be written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import cached_registry
import pytest
from builders import Repo, forget_automation
from cached_registry import WINE, needs_root
from environments import unmeasured

from registrar.integrations.cache import file as cache_file
from registrar.integrations.cache.place import cache_file as place

repo = cached_registry.repo
cache = cached_registry.cache


FULL = """
import errno, os, sys
from registrar.cli.main import main
from registrar.integrations.cache import file
real = os.open
def opened(path, flags, mode=0o777, **more):  # a disk that is full: what is written fails
    if os.fsencode(path).endswith(b".%d" % os.getpid()):
        return real("/dev/full", os.O_WRONLY)
    return real(path, flags, mode, **more)
file.os.open = opened
sys.exit(main(["check", "--format", "json"]))
"""


def test_a_full_disk_is_no_cache_and_no_word(repo: Repo, cache: Path) -> None:
    before = cache.read_bytes()
    (repo.path / WINE / "README.md").write_text("x\n", encoding="utf-8")
    path = str(Path(__file__).parent.parent.parent / "src")
    done = subprocess.run(
        [sys.executable, "-c", FULL],
        cwd=repo.path,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == ""
    assert cache.read_bytes() == before
    assert [item.name for item in cache.parent.iterdir()] == [cache.name]


AS_NOBODY = """
import contextlib, io, os, sys
from registrar.cli.main import main
import registrar.app.remembering, registrar.integrations.cache.memory as memory
with contextlib.redirect_stdout(io.StringIO()):  # loads what nobody may not be able to read
    main(["check", "--format", "json", "--no-cache"])
memory.SLACK = -(10**12)
os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.exit(main(["check", "--format", "json"]))
"""


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that another user reaches; pytest closes its own whenever it starts."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@needs_root
@pytest.mark.parametrize("home", ["read-only", "unreadable", "missing", "a file", "their own"])
def test_a_home_that_cannot_be_written(
    public: Path, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_automation(monkeypatch)
    repo = Repo(public / "repo", git=False)
    repo.add_entry()
    (repo.path / WINE / "MODEL_CARD.md").unlink()
    repo.add_entry("beer-1.0.0")
    theirs = public / "home"
    if home == "a file":
        theirs.write_bytes(b"")
    elif home != "missing":
        theirs.mkdir(mode=0o700 if home == "unreadable" else 0o555)
    if home == "their own":
        os.chown(theirs, 65534, 65534)
        theirs.chmod(0o700)
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY],
            cwd=repo.path,
            env=unmeasured() | {"HOME": str(theirs), "XDG_CACHE_HOME": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (1, "")
        assert json.loads(done.stdout)["findings"] == repo.check("--no-cache").findings
    assert (theirs / ".cache/registrar").is_dir() == (home == "their own")


def test_two_runs_at_once(repo: Repo, cache: Path) -> None:
    for number in range(20):
        repo.add_entry(f"wine-2.{number}.0")
    command = [sys.executable, "-m", "registrar", "check", "--format", "json", "--at", "2026-11-24"]
    time.sleep(2.1)  # so that what was written is old enough to be remembered
    outs = []
    for _ in range(3):
        runs = [subprocess.Popen(command, cwd=repo.path, stdout=subprocess.PIPE) for _ in range(3)]
        outs += [(process.communicate()[0], process.returncode) for process in runs]
    assert len(set(outs)) == 1
    assert cache_file.load(str(cache)) is not None
    assert [item.name for item in cache.parent.iterdir()] == [cache.name]


def test_what_was_not_written_for_long_goes(repo: Repo, cache: Path) -> None:
    old, other = cache.with_name("0" * 32 + ".json"), cache.with_name("notes.txt")
    left = cache.with_name("1" * 32 + ".json.4711")
    for path in (old, other, left):
        path.write_bytes(b"x")
        os.utime(path, (0, 0))
    (repo.path / WINE / "README.md").write_text("x\n", encoding="utf-8")
    repo.check()
    assert sorted(item.name for item in cache.parent.iterdir()) == sorted([cache.name, other.name])


def test_the_cache_is_private(cache: Path) -> None:
    assert cache.stat().st_mode & 0o777 == 0o600
    assert cache.parent.stat().st_mode & 0o777 == 0o700


def test_where_it_lies() -> None:
    here = place("/srv/models", {"HOME": "/home/a"})
    assert here is not None
    assert here.startswith("/home/a/.cache/registrar/")
    assert place("/srv/models", {"HOME": "/home/a", "XDG_CACHE_HOME": "relative"}) == here
    assert place("/srv/other", {"HOME": "/home/a"}) != here
    assert (place("/srv/models", {"XDG_CACHE_HOME": "/c"}) or "").startswith("/c/registrar/")
    assert place("/srv/models", {}) is None
    assert place("/srv/models", {"HOME": "."}) is None
    assert place("/srv/models", {"HOME": "/srv/models"}) is None
    assert place("/srv/models", {"HOME": "/srv/models/home"}) is None
    assert place("/", {"HOME": "/home/a"}) is None
    assert place("/srv/models", {"HOME": "/srv/models-home"}) is not None


def test_what_workers_judged_is_remembered(repo: Repo, cache: Path) -> None:
    repo.add_entry("beer-1.0.0")
    assert repo.check("--jobs", "2").code == 1
    assert b"beer-1.0.0" in cache.read_bytes()
