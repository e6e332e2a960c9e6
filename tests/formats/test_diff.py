"""The diff of fix is one that git and patch take, byte for byte."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from builders import Repo

from registrar.domain.mending import FileChange
from registrar.formats.diff import unified

CASES = {
    "plain": (b"a\nb\nc\n", b"a\nB\nc\n"),
    "crlf": (b"a\r\nb\r\nc\r\n", b"a\r\nB\r\nnew\r\nc\r\n"),
    "no newline at the end": (b"a\nb", b"a\nb\nc"),
    "a newline gained": (b"a\nb", b"a\nb\n"),
    "a newline lost": (b"a\nb\n", b"a\nb"),
    "zero-width": ("a\u200b\nb\n".encode(), "a\u200b\nc\u00ad\n".encode()),
    "mark": ("\ufeffa\nb\n".encode(), "\ufeffa\nc\n".encode()),
    "form feed of no line": ("a\u00a0b\u3000c\nx\n".encode(), "a\u00a0b\u3000c\ny\n".encode()),
    "far apart": (b"1\n" * 50 + b"a\n" + b"2\n" * 50, b"0\n" + b"1\n" * 50 + b"b\n" + b"2\n" * 50),
}
NAMES = ("m/plain.yaml", "m/two words/é日.yaml", 'm/"quoted".yaml', "m/bell\x07\x1b[2J.yaml")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", CASES)
def test_git_applies_it(case: str, name: str, tmp_path: Path) -> None:
    before, after = CASES[case]
    repo = Repo(tmp_path / "repo")
    file = repo.write(name, before)
    (tmp_path / "diff").write_bytes(unified([FileChange(name, before, after)]).encode())
    said = repo.git("apply", "--verbose", str(tmp_path / "diff"), check=False)
    assert file.read_bytes() == after, said


@pytest.mark.skipif(shutil.which("patch") is None, reason="patch is not installed")
@pytest.mark.parametrize("case", CASES)
def test_patch_applies_it(case: str, tmp_path: Path) -> None:
    before, after = CASES[case]
    (tmp_path / "two words.yaml").write_bytes(before)
    diff = unified([FileChange("two words.yaml", before, after)]).encode()
    done = subprocess.run(
        ["patch", "-p1", "--binary"], cwd=tmp_path, input=diff, capture_output=True, check=False
    )
    assert (tmp_path / "two words.yaml").read_bytes() == after, done.stdout


def test_several_files_and_none() -> None:
    changes = [FileChange(name, b"a\n", b"b\n") for name in ("x", "y")]
    assert unified(changes).count("diff --git") == 2
    assert unified([]) == ""


def test_for_people_whatever_does_not_show_is_escaped() -> None:
    change = FileChange(
        "m\x1b.yaml", "a\u200b\r\nb\r\n".encode(), "a\u200b\r\nc\u202e\r\n".encode()
    )
    shown = unified([change], for_people=True)
    assert shown.replace("\n", "").replace("\t", "").isprintable()
    assert "+c\\u202e" in shown


def test_control_characters_never_reach_a_terminal_through_a_pipe() -> None:
    change = FileChange("m", b"a\n", "\x1b[2J\u202e\u2028\x9b\rx\n".encode())
    assert unified([change]).replace("\n", "").isprintable()
