"""What every act does: say it, run it, and hold it against what was announced."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
REGISTRAR = BIN / "registrar"
ENV = {
    "GIT_AUTHOR_NAME": "Demo",
    "GIT_AUTHOR_EMAIL": "demo@example.org",
    "GIT_COMMITTER_NAME": "Demo",
    "GIT_COMMITTER_EMAIL": "demo@example.org",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}
_FOREIGN = ("GIT_", "DVC_", "MLFLOW_")
"""Settings of the caller that would change what is shown."""


class SurpriseError(Exception):
    """Something came out other than announced."""


def title(text: str) -> None:
    """Begin an act."""
    print(f"\n\n=== {text} ===", flush=True)


def tell(text: str) -> None:
    """Say what happens, where no command shows it."""
    print(f"\n# {text}", flush=True)


def registrar(folder: Path, *arguments: str, expect: int) -> str:
    """Run and show a command of ours; its stdout."""
    return show(folder, "registrar", *arguments, expect=expect).stdout


def show(
    folder: Path, *command: str, expect: int = 0, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program of the environment, show it and what it says."""
    print(f"\n$ {shlex.join(command)}\n", flush=True)
    done = run([str(BIN / command[0]), *command[1:]], folder, env)
    print(done.stdout + done.stderr, end="", flush=True)
    if done.returncode != expect:
        raise SurpriseError(f"exit code {done.returncode}, not {expect}")
    return done


def push(copy: Path, server: Path, expect: int) -> None:
    """Push main, announced, and show what the server answers."""
    tell("this will be refused" if expect else "this will be accepted")
    print("$ git push server main\n", flush=True)
    done = run(["git", "push", str(server), "main"], copy)
    print(done.stderr.replace(str(server), "server"), end="", flush=True)
    if (done.returncode != 0) != bool(expect):
        raise SurpriseError(f"the push was {'refused' if done.returncode else 'taken'}")


def commit(copy: Path, message: str) -> None:
    """Commit everything, and show that."""
    git(copy, "add", "--all")
    git(copy, "commit", "--quiet", "--message", message)
    print(f"\n$ git commit --message '{message}'", flush=True)


def bare_server(server: Path) -> None:
    """Make a bare repository whose pre-receive hook is the gate."""
    git(HERE, "init", "--quiet", "--bare", "--initial-branch=main", str(server))
    hook = server / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\nexec "{REGISTRAR}" hook pre-receive\n', encoding="utf-8")
    hook.chmod(0o755)


def show_changes(folder: Path) -> None:
    """Show what differs from the last commit: the lines alone, of a binary file that it does."""
    print("\n$ git diff --unified=0\n", flush=True)
    said = git(folder, "diff", "--unified=0", "--no-color", "--no-ext-diff")
    lines = [line for line in said.splitlines() if not line.startswith(("diff ", "index ", "---"))]
    print("\n".join(lines), flush=True)


def git(folder: Path, *arguments: str) -> str:
    """Run git without a word; it has to succeed."""
    done = run(["git", *arguments], folder)
    if done.returncode:
        raise SurpriseError(f"git {arguments[0]} failed: {done.stderr}")
    return done.stdout


def run(
    command: Sequence[str], folder: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing of the caller's settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_FOREIGN)}
    return subprocess.run(
        command,
        cwd=folder,
        env=kept | ENV | dict(env or {}),
        capture_output=True,
        text=True,
        check=False,
    )


def edit(file: str, old: str, new: str) -> Callable[[Path], None]:
    """A change that replaces a text in a file of a folder."""

    def apply(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        if old not in text:
            raise SurpriseError(f"{old!r} is not in {path}")
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return apply
