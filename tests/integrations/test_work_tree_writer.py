"""Writing several files: all of them, or none."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from adoption import snapshot

from registrar.domain.shipping import Writing
from registrar.errors import OutputError
from registrar.integrations.work_tree_writer import WorkTreeWriter


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "theirs").write_bytes(b"old\n")
    (tmp_path / "theirs").chmod(0o640)
    return tmp_path


def write(tree: Path, *files: Writing) -> None:
    WorkTreeWriter(str(tree)).write(files)


def test_new_files_folders_and_changed_ones(tree: Path) -> None:
    before = os.umask(0o027)
    try:
        write(
            tree,
            Writing("a/b/new", b"new"),
            Writing("a/run", b"#!", executable=True),
            Writing("theirs", b"old\nand new\n", before=b"old\n"),
        )
    finally:
        os.umask(before)
    assert snapshot(tree) == {
        "a/b/new": (0o100640, b"new"),
        "a/run": (0o100750, b"#!"),
        "theirs": (0o100640, b"old\nand new\n"),
    }
    assert stat.S_IMODE((tree / "a/b").stat().st_mode) == 0o750


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (Writing("theirs", b"x"), "theirs cannot be written: File exists"),
        (
            Writing("theirs", b"x", before=b"other"),
            "theirs cannot be written: it changed meanwhile",
        ),
        (Writing("theirs", b"x", before=b"old"), "it changed meanwhile"),
        (Writing("theirs/below", b"x"), "theirs/below cannot be written: File exists"),
        (Writing("link/below", b"x"), "link/below cannot be written: File exists"),
        (Writing("link", b"x"), "link cannot be written: File exists"),
        (Writing("link", b"x", before=b""), "link cannot be written"),
        (Writing("gone", b"x", before=b""), "gone cannot be written: No such file"),
        (Writing("n" * 300, b"x"), "File name too long"),
        (Writing("fifo", b"x", before=b""), "fifo cannot be written: it changed meanwhile"),
        (Writing("link/theirs", b"x", before=b"old\n"), "link/theirs cannot be written"),
        (Writing("../outside/x", b"x"), "it is no path of the work tree"),
        (Writing("a//x", b"x"), "it is no path of the work tree"),
    ],
)
def test_one_that_cannot_be_written_takes_back_all(tree: Path, last: Writing, said: str) -> None:
    outside = tree.parent / "outside"
    outside.mkdir(exist_ok=True)
    (tree / "link").symlink_to(outside)
    os.mkfifo(tree / "fifo")
    other = Writing("other", b"old\nmore\n", before=b"old\n")
    (tree / "other").write_bytes(b"old\n")
    before = sorted(tree.rglob("*")), snapshot(tree)
    with pytest.raises(OutputError, match="cannot be written") as caught:
        write(tree, Writing("a/b/new", b"new"), other, Writing("run", b"", True), last)
    assert said in caught.value.message
    assert "nothing was changed" in caught.value.hint
    assert (sorted(tree.rglob("*")), snapshot(tree)) == before
    assert not list(outside.iterdir())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_owner_stays_also_of_what_is_taken_back(tree: Path) -> None:
    for name in ("theirs", "other"):
        (tree / name).write_bytes(b"old\n")
        os.chown(tree / name, 65534, 65534)
    write(tree, Writing("theirs", b"new\n", before=b"old\n"))
    with pytest.raises(OutputError):
        write(tree, Writing("other", b"x", before=b"old\n"), Writing("theirs", b"x"))
    assert [(tree / name).stat().st_uid for name in ("theirs", "other")] == [65534, 65534]


AS_NOBODY = """
import os, sys
from registrar.domain.shipping import Writing
from registrar.errors import OutputError
from registrar.integrations.work_tree_writer import WorkTreeWriter
os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    files = [Writing(path, b"new", before=b"old") for path in ("w/a", "r/a")]
    WorkTreeWriter(sys.argv[1]).write(files)
except OutputError as error:
    print(error.message, error.hint)
"""


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that another user reaches; pytest closes its own whenever it starts."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_folder_that_cannot_be_written_changes_none(public: Path) -> None:
    for name, mode in (("w", 0o777), ("r", 0o555)):
        (public / name).mkdir()
        (public / name / "a").write_bytes(b"old")
        (public / name).chmod(mode)
    command = [sys.executable, "-c", AS_NOBODY, str(public)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "r/a cannot be written: Permission denied" in done.stdout
    assert "nothing was changed" in done.stdout
    assert sorted(path.name for path in public.rglob("*")) == ["a", "a", "r", "w"]
    assert {(public / "w/a").read_bytes(), (public / "r/a").read_bytes()} == {b"old"}


def test_an_interrupt_takes_back_all(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sorted(tree.rglob("*"))
    calls = []

    def interrupted(_: int) -> None:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(tree, Writing("a/one", b"1"), Writing("a/two", b"2"))
    assert sorted(tree.rglob("*")) == before


def test_a_full_disk_takes_back_all(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full when data is synced cannot be had without mounting one."""
    before = sorted(tree.rglob("*"))

    def full(_: int) -> None:
        if (tree / "a/one").exists():
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write(tree, Writing("a/one", b"1"), Writing("a/two", b"2"))
    assert sorted(tree.rglob("*")) == before


def test_what_cannot_be_taken_back_is_named(tree: Path) -> None:
    def files() -> object:
        yield Writing("a/one", b"1")
        (tree / "a/one").unlink()
        (tree / "a/one").mkdir()
        yield Writing("theirs", b"")

    with pytest.raises(OutputError) as caught:
        WorkTreeWriter(str(tree)).write(files())  # type: ignore[arg-type]
    assert "taking back failed" in caught.value.hint
    assert "a/one" in caught.value.hint


def test_a_file_system_without_links(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FAT and some network file systems; none can be mounted here."""

    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    write(tree, Writing("a/one", b"1"))
    assert (tree / "a/one").read_bytes() == b"1"
    with pytest.raises(OutputError, match="File exists"):
        write(tree, Writing("two", b"2"), Writing("theirs", b"x"))
    assert sorted(p.name for p in tree.iterdir()) == ["a", "theirs"]
