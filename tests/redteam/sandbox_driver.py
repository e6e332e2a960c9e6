"""Runs attacks in sandboxes and prints what came of each; started as root or as somebody else.

Reads a JSON list of ``{"attack", "most", "without"}`` from stdin, prints a JSON list.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECRET = os.environ["REGISTRAR_PLANTED"]
_MQ_UNLINK = 241 if platform.machine() == "x86_64" else 181


@dataclass
class Stage:
    """Everything that an attack could reach, and traces of whether it did."""

    folder: Path
    heard: dict[str, socket.socket] = field(default_factory=dict)
    signalled: bool = False

    def __post_init__(self) -> None:
        for name in ("home", "outside", "entry", "packages"):
            (self.folder / name).mkdir()
        (self.folder / "home/.netrc").write_text(SECRET, encoding="utf-8")
        self.reset()
        tcp = socket.create_server(("127.0.0.1", 0))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        unix = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        unix.bind(str(self.folder / "entry/socket"))
        abstract = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        abstract.bind(f"\0registrar-{os.getpid()}")
        self.heard = {"tcp": tcp, "udp": udp, "unix": unix, "abstract": abstract}
        for listening in self.heard.values():
            listening.settimeout(0.01)
        signal.signal(signal.SIGUSR1, self._signal)
        self.descriptor = os.open(self.folder / "home/.netrc", os.O_RDONLY)
        os.set_inheritable(self.descriptor, True)
        self.victim = _victim()
        self.shared = Shared(SECRET)

    def _signal(self, number: int, frame: object) -> None:
        self.signalled = True

    def reset(self) -> None:
        """As it was before an attack."""
        outside, entry = self.folder / "outside", self.folder / "entry"
        (outside / "marker").unlink(missing_ok=True)
        (outside / "kept").write_bytes(b"kept")
        (outside / "kept").chmod(0o600)
        for planted in (self.folder / "packages").rglob("*.py*"):
            planted.unlink()
        (entry / "model").write_bytes(b"model")
        self.signalled = False

    def scene(self) -> dict[str, Any]:
        """What an attack is told."""
        return {
            "tcp": self.heard["tcp"].getsockname()[1],
            "udp": self.heard["udp"].getsockname()[1],
            "unix": str(self.folder / "entry/socket"),
            "abstract": f"registrar-{os.getpid()}",
            "home": str(self.folder / "home"),
            "outside": str(self.folder / "outside"),
            "entry": str(self.folder / "entry"),
            "parent": os.getpid(),
            "victim": self.victim.pid,
            "packages": str(self.folder / "packages"),
            "segment": self.shared.segment,
            "semaphore": self.shared.semaphore,
            "queue": self.shared.queue,
            "descriptor": self.descriptor,
            "secret": SECRET,
        }

    def traces(self) -> list[str]:
        """What the attack did to the world."""
        outside, entry = self.folder / "outside", self.folder / "entry"
        found = [name for name, listening in self.heard.items() if _heard(name, listening)]
        found += ["signalled"] if self.signalled else []
        if self.victim.poll() is not None:
            found.append("killed")
            self.victim = _victim()
        found += self.shared.changed()
        found += ["written"] if (outside / "marker").exists() else []
        kept = (outside / "kept").stat()
        found += ["mode"] if kept.st_mode & 0o777 != 0o600 else []
        found += ["kept"] if (outside / "kept").read_bytes() != b"kept" else []
        found += ["entry"] if (entry / "model").read_bytes() != b"model" else []
        return found


class Shared:
    """Memory and semaphores of System V, and a name for a queue: kept by the kernel, not by a process."""

    def __init__(self, secret: str) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._libc.shmat.restype = ctypes.c_void_p
        self.segment = self._libc.shmget(0, 4096, 0o1600)
        address = self._libc.shmat(self.segment, None, 0)
        ctypes.memmove(address, secret.encode(), len(secret))
        self.semaphore = self._libc.semget(0, 1, 0o1600)
        self.queue = f"registrar-{os.getpid()}"

    def changed(self) -> list[str]:
        """Tell what was taken away or left there; it is as before afterwards."""
        found = []
        if self._libc.semctl(self.semaphore, 0, 12, 0) < 0:  # GETVAL
            self.semaphore = self._libc.semget(0, 1, 0o1600)
            found.append("semaphore")
        # a queue that nobody unlinks stays in the kernel, and the tenth of a user fails
        if self._libc.syscall(_MQ_UNLINK, self.queue.encode()) == 0:
            found.append("queue")
        return found

    def close(self) -> None:
        """Give both back to the kernel."""
        self._libc.shmctl(self.segment, 0, None)
        self._libc.semctl(self.semaphore, 0, 0)


def _victim() -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(["sleep", "60"], stdin=quiet, stdout=quiet, stderr=quiet)


def _heard(name: str, listening: socket.socket) -> bool:
    try:
        if name == "tcp":
            listening.accept()[0].close()
        else:
            listening.recv(100)
    except TimeoutError:
        return False
    return True


def main() -> None:
    """Run the attacks that stdin names."""
    from registrar.domain.sandboxing import MIB, Bounds, End, Job, Level
    from registrar.integrations.sandbox.box import Box

    wanted = json.load(sys.stdin)
    here = str(Path(__file__).parent)
    sys.path.append(here)
    bounds = Bounds(seconds=5, memory=400 * MIB, disk=16 * MIB, tasks=64)
    answers = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = f"{folder}/home"
        stage = Stage(Path(folder))
        sys.path.append(f"{folder}/packages")
        for one in wanted:
            stage.reset()
            scene = stage.scene() | {"attack": one["attack"]}
            read = (here, str(stage.folder / "entry"))
            job = Job("attacks:run", scene, read, Level.NONE, bounds)
            ran = Box(Level(one["most"]), frozenset(one.get("without", ()))).run(job)
            said: dict[str, Any] = ran.answers[0] if ran.answers else {}  # type: ignore[assignment]
            traces = stage.traces()
            worked = bool(traces or said.get("got")) and ran.end is not End.SIGNALLED
            worked = worked and ran.end not in (End.PROCESSES, End.MEMORY, End.DISK)
            worked = worked or ran.end is End.LOST  # the watcher is gone, and its job with it
            how = said.get("stopped") or (ran.reason if ran.end is End.REFUSED else ran.end.value)
            answers.append({**one, "worked": worked, "how": how, "level": ran.level.value})
            answers[-1] |= {"traces": traces, "got": said.get("got"), "err": ran.err[-300:]}
            answers[-1] |= {"layers": list(ran.layers)}
        stage.shared.close()
        stage.victim.kill()
        stage.victim.wait()
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
