"""Every exit code of docs/exit_codes.md, by real runs of the command, and its script around them."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import ENTRY, Repo, good_repo
from environments import call

from registrar import errors

BIN = Path(sys.executable).parent
REGISTRAR = BIN / "registrar"
PAGE = Path(__file__).parent.parent.parent / "docs/exit_codes.md"


def damaged(repo: Repo) -> None:
    repo.edit(f"{ENTRY}/metadata.yaml", "license: Apache-2.0", "license: Apache 2")


def typo(repo: Repo) -> None:
    repo.edit("registrar.toml", "[license]", "[licence]")


def emptied(repo: Repo) -> None:
    for path in (repo.path / ENTRY).iterdir():
        path.unlink()
    (repo.path / ENTRY).rmdir()


def undecided(repo: Repo) -> None:
    """A plugin that the policy names and that is not installed: a rule that cannot look."""
    policy = (repo.path / "registrar.toml").read_text(encoding="utf-8")
    repo.write("registrar.toml", policy + '[rules]\nplugins = ["not-here"]\n')


STATES: dict[int, Callable[[Repo], None]] = {
    0: lambda repo: None,
    1: damaged,
    2: typo,
    3: emptied,
    4: undecided,
}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return good_repo(tmp_path / "repo")


def registrar(repo: Repo, *words: str) -> subprocess.CompletedProcess[str]:
    return call(REGISTRAR, *words, cwd=repo.path)


def test_the_page_has_every_code_in_the_words_of_the_readme(top: Path) -> None:
    rows = dict(re.findall(r"^\| (\d+) \| ([^|]+) \|", PAGE.read_text("utf-8"), re.MULTILINE))
    codes = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert {int(code) for code in rows} == codes
    readme = (top / "README.md").read_text(encoding="utf-8")
    for code, meaning in rows.items():
        assert f"| {code} | {meaning} |" in readme


@pytest.mark.parametrize("code", STATES)
def test_a_state_of_the_registry_gives_its_code(code: int, repo: Repo) -> None:
    STATES[code](repo)
    done = registrar(repo, "check", "--format", "json")
    assert done.returncode == code, done
    if code == 2:
        assert done.stdout == ""
        assert "registrar.toml" in done.stderr
    else:
        assert json.loads(done.stdout)["exit_code"] == code


def test_the_examples_of_the_page(repo: Repo, tmp_path: Path) -> None:
    repo.write("docs/page.md", "# x\n")
    assert registrar(repo, "check", "docs").returncode == 3
    assert registrar(repo, "check", "--base", "no-such-branch").returncode == 2
    assert registrar(repo, "check", "--base", "HEAD").returncode == 0, "touches no entry"
    repo.commit("another")
    clone = Repo(tmp_path / "clone", git=False)
    clone.git("clone", "--quiet", "--depth=1", f"file://{repo.path}", ".")
    shallow = registrar(clone, "check", "--base", "HEAD")
    assert shallow.returncode == 4
    assert "git fetch --unshallow" in shallow.stdout


def test_a_full_disk_is_70(repo: Repo) -> None:
    done = call("sh", "-c", f"{REGISTRAR} check > /dev/full", cwd=repo.path)
    assert done.returncode == 70
    assert "could not be written" in done.stderr


def test_ctrl_c_is_130(repo: Repo) -> None:
    """The hook waits for git's lines; once it has read the first, it is surely running."""
    with subprocess.Popen(
        [REGISTRAR, "hook", "pre-receive"],
        cwd=repo.path / ".git",
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        assert process.stdin is not None
        process.stdin.write(b"x")
        process.stdin.flush()
        while fcntl.ioctl(process.stdin, termios.FIONREAD, b"\0" * 4) != b"\0" * 4:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    assert (process.returncode, said) == (130, b"registrar: interrupted\n")


@pytest.mark.parametrize("shell", ["sh", "bash"])
@pytest.mark.parametrize("code", STATES)
def test_the_script_of_the_page_tells_the_cases_apart(shell: str, code: int, repo: Repo) -> None:
    script = re.search(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert script is not None
    STATES[code](repo)
    path = f"{BIN}:{os.environ['PATH']}"
    done = call(shell, "-eu", "-c", script[1], cwd=repo.path, PATH=path)
    words = {0: "pass", 1: "refused", 2: "not judged:", 3: "no entry here", 4: "not judged to"}
    assert done.returncode == code
    assert words[code] in done.stdout + done.stderr
    assert sum(word in done.stdout + done.stderr for word in words.values()) == 1
