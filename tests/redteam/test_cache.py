"""Attacks on the cache: whatever stands in its place, the verdict is that of judging anew.

The naive reader of each attack is one that takes the file as it is: it would say that the bad
entry is good, which the forged cache of these tests claims.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from builders import Repo, forget_automation, good_repo
from environments import unmeasured

import registrar
from registrar.integrations.cache import file as cache_file
from registrar.integrations.cache import memory
from registrar.integrations.cache.place import cache_file as place
from registrar.integrations.cache.program import program_digest

WINE = "model_registry/wine-1.0.0"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def forge(path: Path) -> bytes:
    """A cache as the program writes it, which claims of a bad entry that it is good."""
    body = path.read_bytes().partition(b"\n")[2]
    data = json.loads(body)
    (folder,) = data["folders"].values()
    folder[2] = [[], ["wine-1.0.0", "metadata.yaml", *[None] * 6]]
    return written(json.dumps(data).encode())


def written(body: bytes) -> bytes:
    return b"registrar-cache 1 " + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A registry whose only entry is bad, and which a check has seen."""
    forget_automation(monkeypatch)
    monkeypatch.setattr(memory, "SLACK", -(10**12))
    repo = good_repo(tmp_path / "repo")
    (repo.path / WINE / "MODEL_CARD.md").unlink()
    repo.git("remote", "add", "origin", ".")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    assert repo.check().code == 1
    return repo


@pytest.fixture
def cache(repo: Repo) -> Path:
    (path,) = (Path(os.environ["XDG_CACHE_HOME"]) / "registrar").iterdir()
    return path


def test_the_forgery_works_where_the_user_writes_it(repo: Repo, cache: Path) -> None:
    """All the attacks below could succeed: it is the user's own file that is believed."""
    cache.write_bytes(forge(cache))
    assert repo.check().code == 0
    assert repo.check("--no-cache").code == 1


def _world_writable(cache: Path) -> None:
    cache.chmod(0o602)


def _readable(cache: Path) -> None:
    cache.chmod(0o644)


def _open_folder(cache: Path) -> None:
    cache.parent.chmod(0o777)


def _a_link(cache: Path) -> None:
    cache.rename(cache.with_name("real"))
    cache.symlink_to("real")


def _a_linked_folder(cache: Path) -> None:
    cache.parent.rename(cache.parent.with_name("real"))
    cache.parent.symlink_to("real")


def _a_pipe(cache: Path) -> None:
    cache.unlink()
    os.mkfifo(cache, 0o600)


def _a_folder(cache: Path) -> None:
    cache.unlink()
    cache.mkdir(mode=0o700)


def _gone(cache: Path) -> None:
    cache.unlink()


def _a_device(cache: Path) -> None:
    cache.unlink()
    cache.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    "attack",
    [
        *(_world_writable, _readable, _open_folder, _a_link, _a_linked_folder, _a_pipe),
        *(_a_folder, _gone, _a_device),
    ],
)
def test_what_is_not_plainly_our_own_file(
    repo: Repo, cache: Path, attack: Callable[[Path], None]
) -> None:
    cache.write_bytes(forge(cache))
    attack(cache)
    assert repo.check().code == 1
    assert repo.check().code == 1


@needs_root
@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_belongs_to_another_user(repo: Repo, cache: Path, what: str) -> None:
    cache.write_bytes(forge(cache))
    os.chown(cache if what == "file" else cache.parent, 65534, 65534)
    assert repo.check().code == 1


def test_a_cache_that_the_change_itself_brings(
    repo: Repo, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = repo.path / ".cache/registrar" / cache.name
    inside.parent.mkdir(parents=True, mode=0o700)
    inside.write_bytes(forge(cache))
    inside.chmod(0o600)
    monkeypatch.setenv("XDG_CACHE_HOME", str(repo.path / ".cache"))
    assert repo.check().code == 1
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(repo.path))
    assert repo.check().code == 1
    monkeypatch.setenv("XDG_CACHE_HOME", ".cache")
    monkeypatch.setenv("HOME", "")
    assert repo.check().code == 1


def test_damage_at_every_place(repo: Repo, cache: Path) -> None:
    raw = forge(cache)
    for at in range(0, len(raw), 7):
        for damaged in (raw[:at], raw[:at] + bytes([raw[at] ^ 0x20]) + raw[at + 1 :]):
            assert cache_file.load(str(_put(cache, damaged))) is None
    _put(cache, raw[: len(raw) // 2])
    assert repo.check().code == 1
    assert cache_file.load(str(cache)) is not None


def _put(cache: Path, raw: bytes) -> Path:
    cache.unlink(missing_ok=True)
    cache.write_bytes(raw)
    cache.chmod(0o600)
    return cache


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff", b"[" * 100_000, b'{"program": 1}'),
        *(
            b'{"program": "P", "key": 1, "folders": {}}',
            b'{"program": "P", "key": "", "folders": []}',
        ),
        *(b'{"program": "P", "key": "", "folders": {"W": 1}}', b'{"program": "P", "key": ""}'),
        b'{"program": "P", "key": "", "folders": {"W": [1, 2, 3]}}',
        b'{"program": "P", "key": "", "folders": {"W": ["D", null, {"a": [1]}]}}',
        b'{"program": "P", "key": "K", "folders": {"W": ["D", "not hexadecimal", [[], 5]]}}',
        b'{"program": "P", "key": "K", "folders": {"W": ["D", null, [[["a", 1]], []]]}}',
        b'{"program": "P", "key": "K", "folders": {"W": ["D", null, [[], ["x"]]]}}',
        b'{"program": "P", "key": "K", "folders": {"W": ["D"]}}',
        b'{"program": "P", "key": "K", "folders": {"W": ["D", null, [[], "wine-1.0.0"]]}}',
    ],
)
def test_whole_files_of_wrong_types(repo: Repo, cache: Path, body: bytes) -> None:
    data = json.loads(cache.read_bytes().partition(b"\n")[2])
    ((path, (digest, _, _)),) = data["folders"].items()
    for mark, real in (
        (b'"P"', data["program"]),
        (b'"K"', data["key"]),
        (b'"D"', digest),
        (b'"W"', path),
    ):
        body = body.replace(mark, json.dumps(real).encode())
    plain = repo.check("--no-cache")
    _put(cache, written(body))
    seen = repo.check()
    assert seen.code == 1
    assert seen.out == plain.out or b"not hexadecimal" in body  # the user's own lie about git's ids


def test_a_cache_that_is_too_large(
    repo: Repo, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.write_bytes(forge(cache))
    monkeypatch.setattr(cache_file, "MAX_BYTES", 100)
    assert repo.check().code == 1
    (repo.path / WINE / "README.md").write_text("x\n", encoding="utf-8")
    assert repo.check().code == 1
    assert not cache.exists()


def test_a_cache_of_another_program(repo: Repo, cache: Path) -> None:
    data = json.loads(forge(cache).partition(b"\n")[2])
    data["program"] = "0" * 64 + " sha1"
    _put(cache, written(json.dumps(data).encode()))
    assert repo.check().code == 1


def test_a_program_that_changed_by_one_byte_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "registrar"
    shutil.copytree(Path(registrar.__file__).parent, copy)
    monkeypatch.setattr(registrar, "__file__", str(copy / "__init__.py"))
    digests = {program_digest(), program_digest()}
    assert len(digests) == 1
    source = copy / "rules/entry_name.py"
    raw = source.read_bytes()
    for changed in (raw + b"\n", raw.replace(b"is not", b"is nit", 1)):
        source.write_bytes(changed)
        digests.add(program_digest())
    (copy / "reading/data/more.json").write_bytes(b"")
    digests.add(program_digest())
    assert len(digests) == 4


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
