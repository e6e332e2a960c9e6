"""The life of the reading process, seen from outside: requests, answers, time, and its end."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

from registrar.integrations.scanning.limits import Limits
from registrar.ports.scanning import ToScan

_BOOT = """
import sys
own = sys.argv.pop()
ends = ("site-packages", "dist-packages")
at = next((i for i, place in enumerate(sys.path) if place.endswith(ends)), len(sys.path))
sys.path.insert(at, own)
from registrar.integrations.scanning.child import main
sys.exit(main())
"""
"""Finds the program that is running; the standard library comes first, the current folder never."""
_START = 60.0
_LONGEST = 4 * 1024 * 1024
_END = 5.0


class ChildError(Exception):
    """A file has no answer; the message says why."""


class Reading:
    """A reading process and its successors; a context manager."""

    def __init__(self, limits: Limits, allow: tuple[str, ...], second: bool) -> None:
        self._limits = limits
        self._hello = {"allow": list(allow), "second": second}
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = b""
        self.told: dict[str, Any] = {}
        """What the process said of itself."""

    def __enter__(self) -> Reading:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def ask(self, file: ToScan) -> dict[str, Any]:
        """What is said of one file; raises ChildError where the process did not live to say it."""
        self._start()
        wall = self._limits.wall + file.size / self._limits.pace
        request = {"path": file.path, "place": file.place, "size": file.size, "folder": file.folder}
        return self._exchange(request, wall)

    def _start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self._stop()
        import registrar

        own = os.path.dirname(os.path.dirname(os.path.abspath(registrar.__file__)))
        environment = {"LC_ALL": "C.UTF-8"}
        environment |= {n: os.environ[n] for n in ("TMPDIR",) if n in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-X", "utf8", "-c", _BOOT, own],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd="/",
            start_new_session=True,
        )
        self._buffer = b""
        self.told = self._exchange(self._hello, _START)

    def _exchange(self, request: dict[str, Any], wall: float) -> dict[str, Any]:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            answer = json.loads(self._line(process, time.monotonic() + wall))
        except (OSError, ValueError):
            answer = None
        except ChildError:
            self._stop()
            raise
        if isinstance(answer, dict):
            return answer
        raise ChildError(self._fate())

    def _line(self, process: subprocess.Popen[bytes], until: float) -> bytes:
        """The next line; raises ChildError when time is up."""
        assert process.stdout is not None
        with selectors.DefaultSelector() as ready:
            ready.register(process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                if not ready.select(max(0.0, until - time.monotonic())):
                    raise ChildError("a limit was reached: it took too long to read")
                block = os.read(process.stdout.fileno(), 65536)
                if not block or len(self._buffer) > _LONGEST:
                    return b""
                self._buffer += block
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _fate(self) -> str:
        """Why the process is no more; it is gone afterwards."""
        process = self._process
        assert process is not None
        code = self._stop()
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return "a limit was reached: it took too much time or memory to read"
        if code < 0:
            return f"the reading process crashed on it ({signal.Signals(-code).name})"
        return f"the reading process failed on it (exit {code})"

    def _stop(self) -> int:
        """End the process with all its group; its exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what could not be sent any more
                    pipe.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_END if process.poll() is None else 0)
        with suppress(ProcessLookupError, PermissionError):  # nobody of the group is left
            os.killpg(process.pid, signal.SIGKILL)
        return process.wait()
