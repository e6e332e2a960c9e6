"""A program on a terminal of its own, and somebody who answers its questions."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_PATIENCE = 60.0


def _sit_down() -> None:
    """Before the program starts: Ctrl-C reaches it, as it does not what a shell has put behind."""
    fcntl.ioctl(0, termios.TIOCSCTTY)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def talk(
    argv: Sequence[str], answers: Sequence[bytes], cwd: Path, env: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Run ``registrar`` on a terminal; the exit code, and all that stood on it.

    Each answer is typed when the program asks, which it does with a colon and a space at the end.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "registrar", *argv],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=_sit_down,
        cwd=cwd,
        env={**os.environ, **(env or {})},
    )
    os.close(theirs)
    left, shown, asked = list(answers), b"", 0
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        ready, _, _ = select.select([ours], [], [], 0.1)
        if not ready:
            if left and shown.endswith(b": ") and len(shown) > asked:
                asked = len(shown)
                os.write(ours, left.pop(0))
            continue
        try:
            block = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if not block:
            break
        shown += block
    try:
        code = process.wait(until - time.monotonic())
    finally:
        process.kill()
        os.close(ours)
    return code, shown.decode("utf-8", "replace").replace("\r\n", "\n")
