"""The first process of a sandbox: starts the job in a child, watches it, leaves nothing behind.

It is itself unconfined but for what bubblewrap does, and runs code of ours alone. Children of the
job that lose their parent become its own (``PR_SET_CHILD_SUBREAPER``), also after ``setsid``, so
that all of them are found and killed.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from registrar.domain.sandboxing import End, Level
from registrar.integrations.sandbox.folder import used
from registrar.integrations.sandbox.processes import Tree, below, measured
from registrar.integrations.sandbox.system import (
    PR_SET_CHILD_SUBREAPER,
    PR_SET_DUMPABLE,
    PR_SET_PDEATHSIG,
    prctl,
)
from registrar.integrations.sandbox.unlinked import unlinked

_PACE = 0.1
"""Seconds between two looks."""
_MAX_FILES = 10_000


def main(spec: Mapping[str, Any]) -> None:
    """Run what the spec says; reports on its pipe: first the layers, then the end."""
    report, answer = spec["report"], spec["answer"]
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    ours = (PR_SET_PDEATHSIG, signal.SIGKILL), (PR_SET_CHILD_SUBREAPER, 1), (PR_SET_DUMPABLE, 0)
    for option, value in ours:  # not dumpable: the job may not look into this process
        with suppress(OSError):  # the parent's own deadline is left
            prctl(option, int(value))
    keeper = os.getpid()
    job = os.fork()
    if job == 0:
        _job(spec, report, answer, keeper)
    os.close(answer)
    for stream in (1, 2):
        os.close(stream)
    end = _watch(job, spec)
    os.write(report, json.dumps(end).encode() + b"\n")
    os._exit(0)


def _job(spec: Mapping[str, Any], report: int, answer: int, keeper: int) -> None:
    """The child; never returns. It does not outlive the keeper, however that one ends."""
    code = 1
    try:
        for option, value in ((PR_SET_PDEATHSIG, signal.SIGKILL), (PR_SET_DUMPABLE, 1)):
            with suppress(OSError):
                prctl(option, int(value))
        if os.getppid() != keeper:
            os._exit(code)
        from registrar.integrations.sandbox.inside import run

        code = run(spec, report, answer)
    except BaseException:  # nothing of the job may run on in the keeper; it is told, and ends here
        sys.excepthook(*sys.exc_info())
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


def _watch(job: int, spec: Mapping[str, Any]) -> dict[str, Any]:
    """Wait for the job, or for a limit; then kill whatever is left of it."""
    begun = time.monotonic()
    handle = os.pidfd_open(job)
    end: End | None = None
    peak = 0
    while not select.select([handle], [], [], _PACE)[0]:
        tree = measured(os.getpid())
        peak = max(peak, tree.memory)
        end = _limit(spec, time.monotonic() - begun, tree)
        if end is not None:
            break
    seconds = time.monotonic() - begun
    _kill_all(job)
    _, status, usage = os.wait4(job, 0)
    _kill_all()
    code = os.waitstatus_to_exitcode(status)
    if end is None:
        end = End.EXITED if code >= 0 else End.SIGNALLED
    return {
        "end": end.value,
        "code": abs(code),
        "seconds": seconds,
        "peak": max(peak, usage.ru_maxrss * 1024),
    }


def _limit(spec: Mapping[str, Any], seconds: float, tree: Tree) -> End | None:
    """The limit that is passed."""
    if seconds > spec["seconds"]:
        return End.TIME
    if spec["most"] == Level.NONE.value or "limits" in spec["without"]:
        return None
    if tree.tasks > spec["tasks"]:
        return End.PROCESSES
    if tree.memory > spec["memory"]:
        return End.MEMORY
    size, files = used(spec["scratch"], _MAX_FILES)
    size += unlinked(tree.pids, spec["scratch"], spec["disk"])
    return End.DISK if size > spec["disk"] or files >= _MAX_FILES else None


def _kill_all(*known: int) -> None:
    """Kill every process below this one until there is none; a stopped one cannot fork."""
    for pid in known:
        _signal(pid, signal.SIGKILL)
    while pids := below(os.getpid()) - set(known):
        for pid in pids:
            _signal(pid, signal.SIGSTOP)
        for pid in pids:
            _signal(pid, signal.SIGKILL)
        for pid in pids:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                continue  # its parent is another that is being killed


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
