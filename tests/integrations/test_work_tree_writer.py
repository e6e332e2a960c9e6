"""Files of a work tree are replaced whole, all or none, and never through a link."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from registrar.assemble import writer_at
from registrar.domain.mending import FileChange
from registrar.errors import OutputError


def change(path: str, before: bytes = b"old", after: bytes = b"new") -> FileChange:
    return FileChange(path, before, after)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


def test_it_keeps_the_mode_and_leaves_nothing_beside(tmp_path: Path) -> None:
    (tmp_path / "m/é").mkdir(parents=True)
    for name, mode in (("m/a", 0o600), ("m/é/b", 0o775)):
        (tmp_path / name).write_bytes(b"old")
        (tmp_path / name).chmod(mode)
    writer_at(str(tmp_path)).replace([change("m/a"), change("m/é/b")])
    assert (tmp_path / "m/a").read_bytes() == (tmp_path / "m/é/b").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "m/a").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "m/é/b").stat().st_mode) == 0o775
    assert names(tmp_path) == ["a", "b", "m", "é"]


def test_a_file_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "b").write_bytes(b"older")
    with pytest.raises(OutputError, match=r"b was changed by another program; no file was changed"):
        writer_at(str(tmp_path)).replace([change("a"), change("b")])
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a", "b"]


def test_a_file_that_changes_while_others_are_prepared(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_bytes(b"old")

    class Slow(list[FileChange]):
        def __iter__(self) -> Iterator[FileChange]:
            yield from super().__iter__()
            (tmp_path / "b").write_bytes(b"a person's work")

    with pytest.raises(
        OutputError, match=r"b was changed by another program; changed before .*: a$"
    ):
        writer_at(str(tmp_path)).replace(Slow([change("a"), change("b"), change("c")]))
    said = [(tmp_path / name).read_bytes() for name in ("a", "b", "c")]
    assert said == [b"new", b"a person's work", b"old"]
    assert names(tmp_path) == ["a", "b", "c"]


@pytest.mark.parametrize("path", ["link", "folder/a", "fifo", "gone", "sub", "../out/a", "x/../a"])
def test_nothing_but_a_plain_file_of_the_tree(path: str, tmp_path: Path) -> None:
    top, out = tmp_path / "top", tmp_path / "out"
    for folder in (top / "sub", top / "x", out):
        folder.mkdir(parents=True)
    for file in (top / "a", out / "a"):
        file.write_bytes(b"old")
    (top / "link").symlink_to(out / "a")
    (top / "folder").symlink_to(out)
    os.mkfifo(top / "fifo")
    with pytest.raises(OutputError, match="no file was changed"):
        writer_at(str(top)).replace([change("a"), change(path)])
    assert (top / "a").read_bytes() == (out / "a").read_bytes() == b"old"
    assert names(top) == ["a", "fifo", "folder", "link", "sub", "x"]


AS_NOBODY = """
import os, sys
from registrar.assemble import writer_at
from registrar.domain.mending import FileChange
from registrar.errors import OutputError
os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    writer_at(sys.argv[1]).replace([FileChange(p, b"old", b"new") for p in ("w/a", "r/a")])
except OutputError as error:
    print(error)
"""


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that another user reaches; pytest closes its own whenever it starts."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_folder_that_cannot_be_written_changes_none(public: Path) -> None:
    top = public / "top"
    for name, mode in (("w", 0o777), ("r", 0o555)):
        (top / name).mkdir(parents=True)
        (top / name / "a").write_bytes(b"old")
        (top / name).chmod(mode)
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(top)], capture_output=True, text=True, check=False
    )
    assert "r/a could not be written: Permission denied; no file was changed" in done.stdout
    assert names(top) == ["a", "a", "r", "w"]
    assert {(top / "w/a").read_bytes(), (top / "r/a").read_bytes()} == {b"old"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_owner_stays(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    os.chown(tmp_path / "a", 65534, 65534)
    writer_at(str(tmp_path)).replace([change("a")])
    assert (tmp_path / "a").stat().st_uid == 65534
