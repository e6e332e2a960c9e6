"""The sandbox as its user sees it: starts a job, listens to it, cleans up behind it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import IO, Any

from registrar.domain.sandboxing import End, Job, Level, Ran
from registrar.integrations.sandbox.bubblewrap import command, probe
from registrar.integrations.sandbox.folder import remove
from registrar.integrations.sandbox.layers import BUBBLEWRAP
from registrar.integrations.sandbox.listening import Ear, listen
from registrar.integrations.sandbox.processes import below
from registrar.integrations.sandbox.visible import by_landlock

_BOOT = (
    "import json, sys; spec = json.load(sys.stdin); sys.path[:] = spec['path']; "
    "from registrar.integrations.sandbox.keeper import main; main(spec)"
)
_GRACE = 15
"""Seconds after which a keeper that says nothing is killed itself."""
_HEARD = 64 * 1024
"""Bytes that are kept of each stream that a job prints to."""


@dataclass(frozen=True, slots=True)
class Box:
    """Runs jobs as closed off as this machine allows, and no closer than ``most``."""

    most: Level = Level.NAMESPACES
    without: frozenset[str] = frozenset()
    """Layers that are left out, so that it can be seen what each of them does."""

    def run(self, job: Job) -> Ran:
        """Run one job to its end, or to its limits."""
        if not sys.platform.startswith("linux"):
            return Ran(End.REFUSED, reason=f"there is no sandbox for {sys.platform}")
        scratch = os.path.realpath(tempfile.mkdtemp(prefix="registrar-box-"))
        try:
            ran = self._run(job, scratch)
        finally:
            left = _left(scratch)
        return replace(ran, lacking={**ran.lacking, "cleaning up": left}) if left else ran

    def _run(self, job: Job, scratch: str) -> Ran:
        wanted = self.most is Level.NAMESPACES and BUBBLEWRAP not in self.without
        program, why = probe() if wanted else (None, "")
        report, tell = os.pipe()
        answer, send = os.pipe()
        spec = self._spec(job, scratch) | {"report": tell, "answer": send, "wrapped": bool(program)}
        words = [sys.executable, "-I", "-X", "utf8", "-c", _BOOT]
        if program is not None:
            words = [*command(program, job.read, scratch), *words]
        with tempfile.TemporaryFile() as file:
            file.write(json.dumps(spec).encode())
            file.seek(0)
            keeper = self._start(words, file, scratch, (tell, send))
        os.close(tell)
        os.close(send)
        ears = {
            "report": Ear(report, _HEARD),
            "answer": Ear(answer, job.bounds.told),
            "out": Ear(_number(keeper.stdout), _HEARD),
            "err": Ear(_number(keeper.stderr), _HEARD),
        }
        begun = time.monotonic()
        try:
            listen(ears.values(), begun + job.bounds.seconds + _GRACE)
        finally:
            _end(keeper)
            for stream in (keeper.stdout, keeper.stderr):
                if stream is not None:
                    stream.close()
            os.close(report)
            os.close(answer)
        return _ran(job, ears, time.monotonic() - begun, why)

    def _spec(self, job: Job, scratch: str) -> dict[str, Any]:
        bounds = job.bounds
        return {
            "path": [path for path in sys.path if os.path.isabs(path)],
            "target": job.target,
            "argument": dict(job.argument),
            "read": by_landlock(job.read),
            "scratch": scratch,
            "least": job.least.value,
            "most": self.most.value,
            "without": sorted(self.without),
            "seconds": bounds.seconds,
            "memory": bounds.memory,
            "disk": bounds.disk,
            "tasks": bounds.tasks,
        }

    def _start(
        self, words: list[str], spec: IO[bytes], scratch: str, pipes: tuple[int, int]
    ) -> subprocess.Popen[bytes]:
        open_ = self.most is Level.NONE
        for pipe in pipes:
            os.set_inheritable(pipe, open_)
        return subprocess.Popen(
            words,
            env=dict(os.environ) if open_ else _environment(scratch),
            stdin=spec,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=scratch,
            close_fds=not open_,
            pass_fds=() if open_ else pipes,
            start_new_session=True,
        )


def _end(keeper: subprocess.Popen[bytes]) -> None:
    """Kill what was started, where it has not ended by itself: its children first."""
    if keeper.poll() is None:
        for pid in below(keeper.pid):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        keeper.kill()
    keeper.wait()


def _left(scratch: str) -> str:
    """Take the temporary folder away; why it is left."""
    try:
        remove(scratch)
    except OSError as error:
        return f"{scratch} cannot be removed: {error.strerror}"
    return ""


def _environment(scratch: str) -> dict[str, str]:
    """Nothing of ours; what keeps libraries quiet, small and the same on every machine."""
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LOKY_MAX_CPU_COUNT")
    one = dict.fromkeys(threads, "1")
    home = dict.fromkeys(("HOME", "TMPDIR"), scratch)
    one["JOBLIB_MULTIPROCESSING"] = "0"  # it would warn that it may not fork
    more = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "USER": "nobody", "MALLOC_ARENA_MAX": "2"}
    return {**one, **home, **more}


def _number(stream: IO[bytes] | None) -> int:
    return stream.fileno() if stream is not None else -1


def _ran(job: Job, ears: Mapping[str, Ear], seconds: float, why: str) -> Ran:
    told = _lines(ears["report"].heard)
    begin = told[0] if told else {}
    end = told[1] if len(told) > 1 else {}
    level = Level(begin.get("level", Level.NONE.value))
    out, err = (ears[name].heard.decode("utf-8", "replace") for name in ("out", "err"))
    lacking = {**({"bubblewrap": why} if why else {}), **begin.get("lacking", {})}
    ran = Ran(
        end=End(end["end"]) if end else _unheard(job, seconds),
        level=level,
        layers=tuple(begin.get("layers", ())),
        lacking=lacking,
        code=end.get("code", 0),
        answers=tuple(_lines(ears["answer"].heard)),
        seconds=end.get("seconds", seconds),
        peak=end.get("peak", 0),
        out=out,
        err=err,
        unheard=ears["out"].unheard + ears["err"].unheard + ears["answer"].unheard,
    )
    if not begin:
        return Ran(End.REFUSED, reason=f"the sandbox does not start: {err.strip()[-500:]}")
    if not level.reaches(job.least):
        missing = "; ".join(f"{name}: {reason}" for name, reason in lacking.items())
        reason = f"the sandbox reaches {level.value} here, not {job.least.value}"
        return Ran(End.REFUSED, level, ran.layers, lacking, reason=f"{reason} ({missing})")
    return ran


def _unheard(job: Job, seconds: float) -> End:
    """How it ended where the keeper did not tell."""
    return End.TIME if seconds > job.bounds.seconds else End.LOST


def _lines(heard: bytes) -> list[Any]:
    """The whole lines as JSON; what is none ends them."""
    found = []
    for line in heard.split(b"\n")[:-1]:
        try:
            found.append(json.loads(line))
        except (ValueError, RecursionError):
            break
    return found
