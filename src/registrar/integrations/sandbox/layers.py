"""Putting on the layers of a sandbox, inside it: each is tried, and named where it holds."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from registrar.domain.sandboxing import Level
from registrar.integrations.sandbox import landlock, seccomp
from registrar.integrations.sandbox.system import (
    PR_SET_NO_NEW_PRIVS,
    drop_capabilities,
    prctl,
)

BUBBLEWRAP = "bubblewrap"


@dataclass
class Clothes:
    """What is put on: by name, and what could not be had."""

    layers: list[str] = field(default_factory=list)
    lacking: dict[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()

    def put_on(self, name: str, layer: Callable[[], object]) -> None:
        """Try one layer; a number that it gives is the version in force."""
        if name in self.without:
            return
        try:
            version = layer()
        except (OSError, KeyError, AttributeError, ValueError) as error:
            self.lacking[name] = str(error)
        else:
            self.layers.append(f"{name} {version}" if isinstance(version, int) else name)

    def has(self, name: str) -> bool:
        """Tell whether a layer holds."""
        return any(layer.partition(" ")[0] == name for layer in self.layers)


@dataclass(frozen=True, slots=True)
class Measures:
    """What the layers are cut to."""

    most: Level
    read: tuple[str, ...]
    write: tuple[str, ...]
    seconds: int
    memory: int
    disk: int
    tasks: int
    wrapped: bool
    """True inside of bubblewrap."""
    without: frozenset[str] = frozenset()
    """Layers that are left out, so that it can be seen what each of them does."""


def put_on(measures: Measures) -> tuple[Level, Clothes]:
    """Close this process off as far as the machine and ``most`` allow."""
    clothes = Clothes(without=measures.without)
    if measures.wrapped:
        clothes.layers.append(BUBBLEWRAP)
    if measures.most.reaches(Level.LIMITS):
        clothes.put_on("limits", lambda: _limit(measures))
    if measures.most.reaches(Level.LANDLOCK):
        clothes.put_on("no_new_privs", lambda: _quiet(prctl(PR_SET_NO_NEW_PRIVS, 1)))
        clothes.put_on("capabilities", drop_capabilities)
        clothes.put_on("landlock", lambda: landlock.restrict(measures.read, measures.write))
        clothes.put_on("seccomp", seccomp.restrict)
    return _level(clothes), clothes


def _quiet(answer: int) -> None:
    """Forget a number that is no version."""


def _level(clothes: Clothes) -> Level:
    if not clothes.has("limits"):
        return Level.NONE
    if not all(map(clothes.has, ("no_new_privs", "capabilities", "seccomp"))):
        return Level.LIMITS
    if clothes.has(BUBBLEWRAP):
        return Level.NAMESPACES
    return Level.LANDLOCK if clothes.has("landlock") else Level.LIMITS


def _limit(measures: Measures) -> None:
    wanted = {
        resource.RLIMIT_AS: measures.memory,
        resource.RLIMIT_CPU: measures.seconds * (os.cpu_count() or 1) + 1,
        resource.RLIMIT_FSIZE: measures.disk,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_CORE: 1,  # 0 would still start a handler of cores, as root, outside
        resource.RLIMIT_NPROC: _tasks_of_user() + measures.tasks,
    }
    for limit, value in wanted.items():
        _, hard = resource.getrlimit(limit)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, value))


def _tasks_of_user() -> int:
    """How many processes and threads this user has already: the kernel counts them all."""
    return sum(_threads(pid) for pid in os.listdir("/proc") if pid.isdigit() and _ours(pid))


def _ours(pid: str) -> bool:
    try:
        return os.stat(f"/proc/{pid}").st_uid == os.getuid()
    except OSError:
        return False


def _threads(pid: str) -> int:
    return sum(1 for _ in _listed(f"/proc/{pid}/task"))


def _listed(folder: str) -> Iterator[str]:
    try:
        yield from os.listdir(folder)
    except OSError:
        return
