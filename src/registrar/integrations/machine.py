"""The programs of this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

_TIMEOUT = 20
_MAX = 4096


class ThisMachine:
    """What is installed here; programs are looked up outside the judged tree only."""

    def __init__(self, top: str) -> None:
        self._top = os.path.realpath(top)

    def version_of(self, program: str) -> str | None:
        """Run ``program --version`` outside the tree, so that nothing of it can answer."""
        found = located(program, self._top)
        if found is None:
            return None
        quiet = {"DVC_NO_ANALYTICS": "1", "DO_NOT_TRACK": "1", "LC_ALL": "C"}
        try:
            done = subprocess.run(
                [found, "--version"],
                cwd=os.sep,
                env=os.environ | quiet,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_TIMEOUT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        said = done.stdout[:_MAX].decode("utf-8", "replace").strip().splitlines()
        return said[0].strip() if done.returncode == 0 and said else None


def located(program: str, top: str) -> str | None:
    """A program on the PATH; relative folders and those of the tree are passed over.

    The folder of the running interpreter stays, also where its virtual environment lies in the
    tree.
    """
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    inside = os.path.realpath(top).rstrip(os.sep) + os.sep
    own = os.path.realpath(os.path.dirname(sys.executable))
    kept = []
    for folder in filter(os.path.isabs, folders):
        real = os.path.realpath(folder)
        if real == own or not (real + os.sep).startswith(inside):
            kept.append(folder)
    return shutil.which(program, path=os.pathsep.join(kept)) if kept else None
