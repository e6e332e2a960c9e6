"""The life of the reading process, seen from outside: requests, answers, time, and its end."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
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


_EACH = 4096
"""Files that one process may read: each is named to the kernel."""
_AHEAD = 8 * 1024
"""Bytes of requests without an answer, far less than a pipe holds: sending never blocks."""
_NAP = 0.001
"""Seconds to let some answers gather while many are on their way: each waking costs time."""


class ChildError(Exception):
    """A file has no answer; the message says why."""


def _request(file: ToScan) -> bytes:
    request = {"path": file.path, "place": file.place, "size": file.size, "folder": file.folder}
    return json.dumps(request).encode() + b"\n"


class Reading:
    """A reading process and its successors; a context manager."""

    def __init__(
        self, limits: Limits, allow: tuple[str, ...], second: bool, roots: tuple[str, ...] = ()
    ) -> None:
        self._limits = limits
        self._roots = roots
        """Folders with all files that will be asked for, where that is known beforehand."""
        self._hello = {"allow": list(allow), "second": second, "limits": asdict(limits)}
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = b""
        self._ready = select.poll()
        self._ahead = 0
        """Bytes of requests without an answer."""
        self._answered = 0
        self._scratch = ""
        self.told: dict[str, Any] = {}
        """What the process said of itself."""

    def __enter__(self) -> Reading:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._stop(_END if kind is None else 0.0)

    def answers(self, files: Sequence[ToScan]) -> Iterator[dict[str, Any] | ChildError]:
        """What is said of each file, in their order; ChildError where nobody lived to say it.

        Some files are asked for at once, so that neither side waits for the other; after a death
        the first without an answer is the one that caused it, and those behind it are asked again.
        """
        done = sent = until = self._ahead = 0
        self._alive()
        each = len(files) if self._roots else _EACH
        lengths: deque[int] = deque()
        while done < len(files):
            try:
                if done == until:
                    if not self._roots:
                        self._stop(_END)
                    until = min(done + each, len(files))
                if self._start(files[done:until]):
                    sent, self._ahead = done, 0
                    lengths.clear()
                if self._ahead <= _AHEAD // 2:
                    batch = []
                    while sent < until and self._ahead < _AHEAD:
                        batch.append(_request(files[sent]))
                        lengths.append(len(batch[-1]))
                        self._ahead += len(batch[-1])
                        sent += 1
                    self._send(b"".join(batch))
                yield self._numbered(files[done])
            except ChildError as error:
                yield error
            if lengths:
                self._ahead -= lengths.popleft()
            done += 1

    def _alive(self) -> None:
        """Forget a process that died after its last answer: no file is to blame for that."""
        if self._process is not None and self._process.poll() is not None:
            self._stop(0.0)

    def _numbered(self, file: ToScan) -> dict[str, Any]:
        """The next answer, which has to be the one to this file; raises ChildError."""
        answer = self._answer(self._limits.wall + file.size / self._limits.pace)
        if answer.get("n") != self._answered:
            self._stop(0.0)
            raise ChildError("the reading process answered out of turn")
        self._answered += 1
        return answer

    def _start(self, files: Sequence[ToScan]) -> bool:
        """Start a process for some files where there is none; tell whether it did.

        It can read these files, or what lies below the roots, and no others. Raises ChildError.
        """
        if self._process is not None:
            return False
        import tempfile

        import registrar

        own = os.path.dirname(os.path.dirname(os.path.abspath(registrar.__file__)))
        environment = {"LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
        with suppress(OSError):  # nowhere to write: what has to be unpacked is told as unread
            self._scratch = environment["TMPDIR"] = tempfile.mkdtemp(prefix="registrar-")
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-X", "utf8", "-c", _BOOT, own],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd="/",
            start_new_session=True,
            bufsize=0,
        )
        assert self._process.stdout is not None
        self._buffer, self._answered = b"", 0
        self._ready = select.poll()
        self._ready.register(self._process.stdout, select.POLLIN)
        folders = sorted({file.folder or os.path.dirname(file.place) for file in files})
        read = self._roots or tuple(file.place for file in files)
        places = {"read": read, "list": self._roots or folders}
        hello = {**self._hello, **places, "scratch": self._scratch}
        self._send(json.dumps(hello).encode() + b"\n")
        self.told = self._answer(_START)
        return True

    def _send(self, data: bytes) -> None:
        """Send requests; that nobody reads them is told when the answer is asked for."""
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.write(data)

    def _answer(self, wall: float) -> dict[str, Any]:
        """The next answer; raises ChildError, and the process is gone, where there is none."""
        assert self._process is not None
        try:
            answer = json.loads(self._line(self._process, time.monotonic() + wall).decode())
        except (OSError, ValueError):
            answer = None
        except ChildError:
            self._stop(0.0)
            raise
        if isinstance(answer, dict):
            return answer
        raise ChildError(self._fate())

    def _line(self, process: subprocess.Popen[bytes], until: float) -> bytes:
        """The next line; raises ChildError when time is up."""
        assert process.stdout is not None
        if b"\n" not in self._buffer and self._ahead > _AHEAD // 2:
            time.sleep(_NAP)
        while b"\n" not in self._buffer:
            left = max(0.0, until - time.monotonic())
            if not self._ready.poll(left * 1000):
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
        code = self._stop(_END)
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return "a limit was reached: it took too much time or memory to read"
        if code < 0:
            return f"the reading process crashed on it ({signal.Signals(-code).name})"
        return f"the reading process failed on it (exit {code})"

    def _stop(self, patience: float) -> int:
        """End the process with its group, after some seconds to end itself; its exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what could not be sent any more
                    pipe.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
        with suppress(ProcessLookupError, PermissionError):  # nobody of the group is left
            os.killpg(process.pid, signal.SIGKILL)
        self._sweep()
        return process.wait()

    def _sweep(self) -> None:
        """Remove the folder of a process that is gone."""
        scratch, self._scratch = self._scratch, ""
        try:
            os.rmdir(scratch)
        except FileNotFoundError:
            pass  # there is none
        except OSError:
            import shutil  # seldom: files there have no names

            shutil.rmtree(scratch, ignore_errors=True)
