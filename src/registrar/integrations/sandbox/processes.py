"""The processes below one, as ``/proc`` tells it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True, slots=True)
class _Stat:
    pid: int
    parent: int
    threads: int
    memory: int


@dataclass(frozen=True, slots=True)
class Tree:
    """What the processes below one use together."""

    tasks: int
    memory: int
    """Resident bytes; shared ones are counted for each."""
    pids: tuple[int, ...] = ()


def below(pid: int) -> set[int]:
    """All descendants that are alive, or dead and not yet waited for."""
    return {stat.pid for stat in _below(pid)}


def measured(pid: int) -> Tree:
    """What the descendants use."""
    found = _below(pid)
    tasks, memory = sum(s.threads for s in found), sum(s.memory for s in found)
    return Tree(tasks, memory, tuple(s.pid for s in found))


def _below(pid: int) -> list[_Stat]:
    children: dict[int, list[_Stat]] = {}
    for stat in _all():
        children.setdefault(stat.parent, []).append(stat)
    found: list[_Stat] = []
    waiting = [pid]
    while waiting:
        for stat in children.pop(waiting.pop(), ()):
            found.append(stat)
            waiting.append(stat.pid)
    return found


def _all() -> Iterator[_Stat]:
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as stream:
                    # the name stands in brackets and may hold any byte
                    fields = stream.read().rpartition(b")")[2].split()
            except OSError:
                continue
            yield _Stat(int(name), int(fields[1]), int(fields[17]), int(fields[21]) * _PAGE)
