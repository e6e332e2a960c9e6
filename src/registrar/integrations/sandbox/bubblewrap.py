"""bubblewrap: namespaces of its own for the job: files, processes, network, users."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache

from registrar.integrations.sandbox.visible import KERNEL, libraries


def command(program: str, read: Iterable[str], scratch: str) -> list[str]:
    """The command line that goes before the job's own."""
    words = [program, "--unshare-all", "--die-with-parent", "--new-session"]
    words += ["--cap-drop", "ALL", "--proc", "/proc", "--dev", "/dev"]
    for path in sorted((*libraries(), *read)):
        words += _shown(path)
    for path in KERNEL:
        words += ["--ro-bind-try", path, path]
    return [*words, "--bind", scratch, scratch, "--remount-ro", "/", "--chdir", scratch, "--"]


def _shown(path: str) -> Iterator[str]:
    if os.path.islink(path):
        yield from ("--symlink", os.readlink(path), path)
    else:
        yield from ("--ro-bind", path, path)


@cache
def probe() -> tuple[str | None, str]:
    """The program, where it works here, and otherwise why it does not; tried once."""
    program = shutil.which("bwrap")
    if program is None:
        return None, "bwrap is not installed"
    tried = [*command(program, (), os.path.realpath(os.sep + "tmp")), sys.executable, "-I", "-S"]
    try:
        done = subprocess.run(
            [*tried, "-c", "pass"],
            env={},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return None, str(error)
    if done.returncode == 0:
        return program, ""
    return None, done.stderr.decode("utf-8", "replace").strip()[:200] or "it does not start"
