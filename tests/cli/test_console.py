"""What a person at a terminal gets, and a pipe does not."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from builders import ENTRY, good_repo

from registrar.cli import console


def at_a_terminal(folder: Path, **more: str) -> str:
    """What ``registrar check`` writes to a pseudo-terminal."""
    leader, follower = pty.openpty()
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
    command = [sys.executable, "-I", "-m", "registrar", "check"]
    process = subprocess.Popen(
        command, cwd=folder, stdin=follower, stdout=follower, stderr=follower, env=env | more
    )
    os.close(follower)
    said = b""
    try:
        while block := os.read(leader, 65536):
            said += block
    except OSError:  # Linux says so when the other end is closed
        pass
    process.wait()
    os.close(leader)
    return said.decode()


def test_colours_are_for_terminals_only(tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    repo.edit(f"{ENTRY}/MODEL_CARD.md", "## Contact", "## Nobody\nerror[x]: \x1b[31m")
    repo.edit(f"{ENTRY}/metadata.yaml", "license: Apache-2.0", "license: 'PASS: nope'")
    said = at_a_terminal(repo.path, TERM="xterm")
    assert "\x1b[1;31merror[license-valid]\x1b[0m: " in said
    assert "\x1b[1;31mFAIL\x1b[0m: " in said
    assert len(re.findall("\x1b\\[(?!0m)", said)) == said.count("\x1b[0m")
    plain = re.sub("\x1b\\[[0-9;]*m", "", said).replace("\r\n", "\n")
    assert plain == repo.check_text().out
    assert "\x1b" not in plain
    for more in ({"NO_COLOR": "1", "TERM": "xterm"}, {"TERM": "dumb"}):
        assert "\x1b" not in at_a_terminal(repo.path, **more)


class _Terminal:
    def __init__(self) -> None:
        self.said = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> None:
        self.said += text

    def flush(self) -> None:
        pass


def test_progress_begins_after_a_second_and_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    terminal = _Terminal()
    monkeypatch.setattr(console.sys, "stderr", terminal)
    monkeypatch.setattr(console.time, "monotonic", lambda: now[0])
    progress = console.Progress()
    progress(1, 9_000)
    assert terminal.said == ""
    now[0] += 1.5
    for done in (4_000, 4_001):
        progress(done, 9_000)
    assert terminal.said == "\rjudged 4,000 of 9,000 entries "
    progress.end()
    assert terminal.said.endswith(" \r")


def test_no_progress_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    terminal.isatty = lambda: False  # type: ignore[method-assign]
    monkeypatch.setattr(console.sys, "stderr", terminal)
    progress = console.Progress()
    monkeypatch.setattr(console.time, "monotonic", lambda: 10.0**9)
    progress(1, 2)
    progress.end()
    assert terminal.said == ""
