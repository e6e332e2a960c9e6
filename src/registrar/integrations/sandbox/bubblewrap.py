"""bubblewrap: namespaces of its own for the job: files, processes, network, users."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache

from registrar.integrations.sandbox.visible import DEVICES, KERNEL, libraries


def command(program: str, read: Iterable[str], scratch: str) -> list[str]:
    """The command line that goes before the job's own."""
    words = [program, "--unshare-all", "--die-with-parent", "--new-session"]
    words += ["--cap-drop", "ALL", "--proc", "/proc", "--tmpfs", "/dev"]
    for path in DEVICES:  # no terminals, no shared memory: --dev would bring them
        words += ["--dev-bind", path, path]
    for path in sorted((*libraries(tuple(read)), *read)):
        words += _shown(path)
    for path in KERNEL:
        words += ["--ro-bind-try", path, path]
    closed = ("--remount-ro", "/dev", "--remount-ro", "/")
    return [*words, "--bind", scratch, scratch, *closed, "--chdir", scratch, "--"]


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
    if not os.path.isabs(program):
        return None, f"{program} is found in the current folder, where anybody may have put it"
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
