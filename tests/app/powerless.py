"""Running the command without root's right to read and write whatever it likes.

Dropping to another user would need a program that this user can read; root without the two
capabilities is bound by permissions in the same way, and so is everybody else.
"""

from __future__ import annotations

import os
import subprocess
import sys

from builders import GIT_ENV, Repo, Result

_DROP = """
import ctypes, os, sys
if os.getuid() == 0:
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        assert ctypes.CDLL(None).prctl(24, capability, 0, 0, 0) == 0  # PR_CAPBSET_DROP
os.execv(sys.executable, [sys.executable, "-m", "registrar", *sys.argv[1:]])
"""


def run_powerless(repo: Repo, *argv: str, **more: str) -> Result:
    """Run ``registrar`` in the repository, bound by permissions."""
    env = dict(os.environ) | GIT_ENV | {"DVC_NO_ANALYTICS": "1", "PYTHONWARNINGS": "ignore"}
    env |= {"DVC_SITE_CACHE_DIR": str(repo.path.parent / "site-cache")} | more
    command = [sys.executable, "-c", _DROP, *argv]
    done = subprocess.run(
        command, cwd=repo.path, env=env, capture_output=True, text=True, check=False, timeout=120
    )
    return Result(done.returncode, done.stdout, done.stderr)
