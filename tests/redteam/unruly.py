"""Jobs that the launcher has to end or to clean up after: they never end, say too much, or litter."""

from __future__ import annotations

import mmap
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def sleep_for_ever(argument: Mapping[str, Any], send: Callable[[object], None]) -> None:
    Path("begun").touch()
    while True:
        time.sleep(1)


def spin_for_ever(argument: Mapping[str, Any], send: Callable[[object], None]) -> None:
    import signal

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGXCPU):
        signal.signal(number, signal.SIG_IGN)
    while True:
        pass


def print_a_gigabyte(argument: Mapping[str, Any], send: Callable[[object], None]) -> None:
    block = b"x" * (1 << 20)
    for _ in range(1024):
        os.write(1, block)


def answer_a_gigabyte(argument: Mapping[str, Any], send: Callable[[object], None]) -> None:
    for _ in range(1024):
        send("x" * (1 << 20))


def print_hostile_text(argument: Mapping[str, Any], send: Callable[[object], None]) -> None:
    sys.stderr.write("\x1b[2J::error::owned\n")
    raise SystemExit(3)


def leave_a_deep_tree(argument: Mapping[str, Any], send: Callable[[object], None]) -> None:
    """Folders a thousand deep, closed ones, and links to what must not be removed."""
    top = os.getcwd()
    for _ in range(400):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(top)
    try:
        os.symlink(argument["outside"], "link")
        os.mkdir("closed", 0o700)
        Path("closed/file").write_bytes(b"x")
        os.chmod("closed", 0)
    except OSError:
        send("no links")


def use_temporary_files(argument: Mapping[str, Any], send: Callable[[object], None]) -> None:
    """What libraries do: a file without a name, mapped and written to, while it is watched."""
    import tempfile

    with tempfile.TemporaryFile() as file, tempfile.TemporaryDirectory() as folder:
        file.write(bytes(1 << 20))
        file.flush()
        page = mmap.mmap(file.fileno(), 1 << 20)
        Path(folder, "beside").write_bytes(bytes(1 << 20))
        time.sleep(0.5)
        page.close()
    send("used")
