"""The life of one reading process, seen from outside: requests, answers, time, and its end."""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from registrar.integrations.scanning.limits import Limits
from registrar.ports.scanning import ToScan

_BOOT = """
import gc, sys
gc.disable()  # until all is there that stays
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
_END = 60.0
"""Seconds to end in; who needs more is killed, and counts as having come to harm."""
_AHEAD = 32 * 1024
"""Bytes of requests without an answer, and no more than half of a pipe: sending never blocks."""
_SMALLEST_PIPE = 8 * 1024
_MANY = 4 * 1024
"""Bytes of requests without an answer, from which on some may gather."""
_NAP = 0.004
"""Seconds to let some answers gather while many are on their way: each waking costs time."""
LIMIT = "a limit was reached: "
"""How a fault begins that is none of the process, but of the time or the memory that it needs."""
_OUT_OF_TURN = "the reading process answered out of turn"


class ChildError(Exception):
    """A process has no answer; the message says why."""


class StartError(ChildError):
    """There is no process at all, and no file is to blame."""


@dataclass(frozen=True, slots=True)
class Job:
    """What every process is told, and held to."""

    limits: Limits
    allow: tuple[str, ...]
    second: bool


@dataclass(slots=True)
class Said:
    """What one process said, and how it ended."""

    told: dict[str, Any]
    """Of itself, before it read anything."""
    answers: list[dict[str, Any]] = field(default_factory=list)
    """To the first of the files, in their order."""
    fault: str = ""
    """How it came to harm at the next file, or after the last; empty where it ended well.

    Then a file without an answer is one for which it had no memory left: it wants a fresh process.
    """


OnAnswer = Callable[[int], None]
"""Told of each answer how many there are."""


def read(files: Sequence[ToScan], job: Job, on_answer: OnAnswer | None = None) -> Said:
    """Have one process read files in order, and nothing else; raises StartError."""
    process = _Process(job, files)
    try:
        said = Said(process.start())
        try:
            for answer in process.answers():
                if answer.get("short") and said.answers:
                    break
                said.answers.append(answer)
                if on_answer is not None:
                    on_answer(len(said.answers))
            process.end()
        except ChildError as error:
            said.fault = str(error)
    finally:
        process.stop(0.0)
    return said


def _request(file: ToScan) -> bytes:
    request = {"path": file.path, "place": file.place, "size": file.size, "folder": file.folder}
    return json.dumps(request).encode() + b"\n"


def _room(pipe: Any) -> int:
    """Bytes that a pipe takes while nobody reads; Linux gives little to who has many."""
    try:
        return fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ)
    except (AttributeError, OSError):  # elsewhere nobody tells
        return _SMALLEST_PIPE


class _Process:
    """A process from its start to its end; what it reads, and all that it can read, are given."""

    def __init__(self, job: Job, files: Sequence[ToScan]) -> None:
        self._job = job
        self._files = files
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = b""
        self._ready = select.poll()
        self._ahead = 0
        """Bytes of requests without an answer."""
        self._most_ahead = _AHEAD
        self._scratch = ""

    def start(self) -> dict[str, Any]:
        """Start it; what it says of itself. Raises StartError."""
        import tempfile

        import registrar

        own = os.path.dirname(os.path.dirname(os.path.abspath(registrar.__file__)))
        environment = {"LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
        with suppress(OSError):  # nowhere to write: what has to be unpacked is told as unread
            self._scratch = environment["TMPDIR"] = tempfile.mkdtemp(prefix="registrar-")
        try:
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
        except OSError as error:
            raise StartError(f"no process can be started to read it: {error.strerror}") from error
        assert self._process.stdout is not None
        self._most_ahead = min(_AHEAD, _room(self._process.stdin) // 2)
        self._ready.register(self._process.stdout, select.POLLIN)
        self._send(json.dumps(self._hello()).encode() + b"\n")
        try:
            return self._answer(_START)
        except ChildError as error:
            raise StartError(f"nothing was read: at its start, {error}") from error

    def _hello(self) -> dict[str, Any]:
        job = self._job
        return {
            "allow": list(job.allow),
            "second": job.second,
            "limits": job.limits._asdict(),
            "read": [file.place for file in self._files],
            "list": sorted({file.folder or os.path.dirname(file.place) for file in self._files}),
            "scratch": self._scratch,
        }

    def answers(self) -> Iterator[dict[str, Any]]:
        """What it says of each file; raises ChildError at the first without an answer.

        Some files are asked for at once, so that neither side waits for the other.
        """
        limits = self._job.limits
        sent = 0
        lengths: deque[int] = deque()
        for number, file in enumerate(self._files):
            if self._ahead <= self._most_ahead // 2:
                batch = []
                while sent < len(self._files) and self._ahead < self._most_ahead:
                    batch.append(_request(self._files[sent]))
                    lengths.append(len(batch[-1]))
                    self._ahead += len(batch[-1])
                    sent += 1
                self._send(b"".join(batch))
            answer = self._answer(limits.wall + file.size / limits.pace)
            if answer.get("n") != number:
                raise ChildError(_OUT_OF_TURN)
            self._ahead -= lengths.popleft()
            yield answer

    def end(self) -> None:
        """Let it end; raises ChildError where it does not end well, or has more to say."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(OSError):  # what could not be sent any more
            self._process.stdin.close()
        left = self._ready.poll(_END * 1000)
        if self._buffer or (left and os.read(self._process.stdout.fileno(), 1)):
            raise ChildError(_OUT_OF_TURN)
        fate = self._fate()
        if fate:
            raise ChildError(fate)

    def _send(self, data: bytes) -> None:
        """Send requests; that nobody reads them is told when the answer is asked for."""
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.write(data)

    def _answer(self, wall: float) -> dict[str, Any]:
        """The next answer; raises ChildError where there is none."""
        assert self._process is not None
        try:
            answer = json.loads(self._line(self._process, time.monotonic() + wall).decode())
        except (OSError, ValueError):
            answer = None
        if isinstance(answer, dict):
            return answer
        raise ChildError(self._fate() or "the reading process ended without an answer")

    def _line(self, process: subprocess.Popen[bytes], until: float) -> bytes:
        """The next line; raises ChildError when time is up."""
        assert process.stdout is not None
        if b"\n" not in self._buffer and self._ahead > _MANY:
            time.sleep(_NAP)
        while b"\n" not in self._buffer:
            left = max(0.0, until - time.monotonic())
            if not self._ready.poll(left * 1000):
                raise ChildError(f"{LIMIT}it took too long to read")
            block = os.read(process.stdout.fileno(), 65536)
            if not block or len(self._buffer) > _LONGEST:
                return b""
            self._buffer += block
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _fate(self) -> str:
        """How it ended, or was ended now; empty where it ended well."""
        code = self.stop(_END)
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return f"{LIMIT}it took too much time or memory to read"
        if code < 0:
            return f"the reading process crashed ({signal.Signals(-code).name})"
        return f"the reading process failed (exit {code})" if code else ""

    def stop(self, patience: float) -> int:
        """End it with its group, after some seconds to end itself; its exit code."""
        process, self._process = self._process, None
        if process is None:
            self._sweep()
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
