"""The zipapp: the same bytes from the same code, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
from environments import call

from registrar.app.build_pyz import build_pyz
from registrar.errors import OutputError


@pytest.fixture
def package(tmp_path: Path, top: Path) -> Path:
    ignore = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(top / "src/registrar", tmp_path / "one/registrar", ignore=ignore))


def test_two_builds_of_two_copies_give_the_same_bytes(package: Path, tmp_path: Path) -> None:
    first = build_pyz(package, tmp_path / "first.pyz")
    other = tmp_path / "elsewhere/registrar"
    before = os.umask(0o077)
    try:
        shutil.copytree(package, other, copy_function=shutil.copyfile)
        for number, path in enumerate(sorted(other.rglob("*"))):
            path.chmod(0o700)
            os.utime(path, (10**9 + number, 10**9 + number))
        (other / "__pycache__").mkdir()
        (other / "__pycache__/errors.cpython-311.pyc").write_bytes(b"stale")
        (other / "notes.txt").write_text("not of the program", encoding="utf-8")
        second = build_pyz(other, tmp_path / "second.pyz")
    finally:
        os.umask(before)
    assert first == second
    one, two = (tmp_path / "first.pyz"), (tmp_path / "second.pyz")
    assert one.read_bytes() == two.read_bytes()
    assert hashlib.sha256(one.read_bytes()).hexdigest() == first
    assert one.stat().st_mode == two.stat().st_mode == 0o100755


def test_other_code_gives_other_bytes(package: Path, tmp_path: Path) -> None:
    first = build_pyz(package, tmp_path / "first.pyz")
    with (package / "errors.py").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    assert build_pyz(package, tmp_path / "first.pyz") != first


def test_members_are_sorted_stored_and_timeless(package: Path, tmp_path: Path) -> None:
    build_pyz(package, tmp_path / "registrar.pyz")
    with zipfile.ZipFile(tmp_path / "registrar.pyz") as archive:
        infos = archive.infolist()
        assert archive.testzip() is None
    names = [info.filename for info in infos]
    assert names == ["__main__.py", *sorted(names[1:])]
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert {info.compress_type for info in infos} == {zipfile.ZIP_STORED}
    assert {info.external_attr for info in infos} == {0o100644 << 16}
    data = {path.name for path in package.rglob("*.json")}
    assert data <= {name.rpartition("/")[2] for name in names}


def test_it_runs_by_itself_and_by_an_interpreter(package: Path, tmp_path: Path) -> None:
    pyz = tmp_path / "registrar.pyz"
    build_pyz(package, pyz)
    said = call(sys.executable, pyz, "--version", cwd=tmp_path)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith("registrar ")
    assert pyz.read_bytes().startswith(b"#!/usr/bin/env -S python3 -I\n")


def test_folders_are_made_and_nothing_is_left_beside(package: Path, tmp_path: Path) -> None:
    target = tmp_path / "new/dist/registrar.pyz"
    build_pyz(package, target)
    build_pyz(package, target)
    assert [path.name for path in target.parent.iterdir()] == ["registrar.pyz"]


def test_what_cannot_be_replaced_stays_as_it_was(package: Path, tmp_path: Path) -> None:
    target = tmp_path / "dist/registrar.pyz"
    (target / "a folder in its place").mkdir(parents=True)
    with pytest.raises(OutputError, match="cannot be written"):
        build_pyz(package, target)
    assert [path.name for path in target.parent.iterdir()] == ["registrar.pyz"]
    assert target.is_dir()


def test_a_write_that_breaks_off_leaves_the_old_file(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "registrar.pyz"
    target.write_bytes(b"the old one")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        build_pyz(package, target)
    assert target.read_bytes() == b"the old one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "registrar.pyz"]


def test_a_target_below_a_file_is_an_expected_error(package: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot be written"):
        build_pyz(package, tmp_path / "file/registrar.pyz")
