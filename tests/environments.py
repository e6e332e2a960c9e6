"""Bare Python environments for tests, made without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

GATE = (
    "attrs",
    "jsonschema",
    "jsonschema-specifications",
    "PyYAML",
    "referencing",
    "rpds-py",
    "typing-extensions",
)
"""What requirements/gate.txt installs; a test holds the two together."""


def link_gate(target: Path) -> Path:
    """Link PyYAML, jsonschema and what they need into a folder; nothing else of this machine."""
    target.mkdir(parents=True, exist_ok=True)
    for name in GATE:
        found = distribution(name)  # a backport's, where a library has brought one
        for top in {file.parts[0] for file in found.files or () if file.parts[0] != ".."}:
            if top != "__pycache__" and not (target / top).exists():
                (target / top).symlink_to(str(found.locate_file(top)))
    return target


def bare_python(folder: Path, packages: Path | None) -> Path:
    """A virtual environment without pip, which sees ``packages`` besides the standard library."""
    subprocess.run(
        [sys.executable, "-I", "-m", "venv", "--without-pip", str(folder)],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    (site,) = folder.glob("lib/python*/site-packages")
    if packages is not None:
        (site / "gate.pth").write_text(f"{packages}\n", encoding="utf-8")
    return folder / "bin" / "python"


def pinned(lock: Path) -> dict[str, str]:
    """The versions of a lock file by distribution."""
    lines = lock.read_text(encoding="utf-8").splitlines()
    pins = (line.rstrip(" \\").split(";")[0].strip().partition("==") for line in lines)
    return {name: version for name, _, version in pins if version and not name.startswith("#")}


def install_wheel(wheel: Path, folder: Path) -> Path:
    """Install a wheel alone, with the gate's libraries beside it; its Python."""
    python = bare_python(folder / "venv", link_gate(folder / "gate"))
    pip = [sys.executable, "-I", "-m", "pip", "--python", str(python), "install", "--quiet"]
    alone = ["--no-index", "--no-deps", "--disable-pip-version-check", str(wheel)]
    subprocess.run([*pip, *alone], check=True, stdin=subprocess.DEVNULL)
    return python


def build_wheel(top: Path, folder: Path) -> Path:
    """The wheel of a copy of this repository, built with what is installed here."""
    copy = folder / "copy"
    copy.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(top / name, copy)
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(top / "src", copy / "src", ignore=ignore)
    build = [sys.executable, "-I", "-m", "build", "--wheel", "--no-isolation"]
    subprocess.run(
        [*build, "--outdir", str(folder / "dist"), str(copy)],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel


def unmeasured() -> dict[str, str]:
    """This environment for a child that becomes another user: coverage could not write its data."""
    return {name: text for name, text in os.environ.items() if not name.startswith("COVERAGE_")}


_REACHABLE = """
set -e
aside=$(mktemp -d)
mount --bind "$1" "$aside"
mount -t tmpfs -o mode=755 none "$2"
mkdir -p "$1"
mount --bind "$aside" "$1"
umount "$aside"
rmdir "$aside"
shift 2
exec "$@"
"""


def as_somebody_else(*command: object) -> list[str]:
    """A command line that root starts and that runs as another user, with this interpreter.

    Where the interpreter lies in a folder that only root may enter, that folder is hidden by one
    that holds nothing else, for the command alone.
    """
    drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]
    words = [*drop, *(str(word) for word in command)]
    closed = [p for p in Path(sys.base_prefix).parents if not p.stat().st_mode & 0o001]
    if not closed:
        return words
    return [
        "unshare",
        "--mount",
        "sh",
        "-c",
        _REACHABLE,
        "sh",
        sys.base_prefix,
        str(closed[0]),
        *words,
    ]


def call(*command: object, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing of this environment but what a shell needs."""
    kept = ("PATH", "HOME", "LC_ALL", "TZ", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL")
    clean = {name: os.environ[name] for name in kept if name in os.environ}
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=clean | env,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
