"""What a job may read besides what it is about: the interpreter, its libraries, a few devices."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from functools import cache

_SYSTEM = (
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/share/zoneinfo",
    "/lib",
    "/lib32",
    "/lib64",
)
_FILES = ("/etc/ld.so.cache", "/etc/localtime")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
KERNEL = ("/sys/devices/system/cpu", "/sys/devices/system/node")
_PROC = ("/proc/cpuinfo", "/proc/meminfo", "/proc/self", "/proc/stat", "/proc/version")


@cache
def libraries(read: tuple[str, ...]) -> tuple[str, ...]:
    """Folders and files that Python and its libraries are read from; absolute, each once.

    ``read`` is what the job is about.
    """
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    ours = (package, os.path.realpath(package))  # some installers link instead of copying
    return _each_once((*_SYSTEM, *_FILES, *_interpreter(), *ours, *_importable(read)))


def _interpreter() -> Iterator[str]:
    for prefix in (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix):
        yield from (os.path.join(prefix, name) for name in ("bin", "lib", "lib64", "pyvenv.cfg"))
    for name in ("stdlib", "platstdlib", "purelib", "platlib"):
        yield sysconfig.get_path(name)
    executable = sys.executable
    for _ in range(20):  # a virtual environment's is a chain of links
        yield executable
        if not os.path.islink(executable):
            return
        executable = os.path.join(os.path.dirname(executable), os.readlink(executable))


def _importable(read: tuple[str, ...]) -> Iterator[str]:
    """Where modules are found, but for folders that hold more than modules.

    Such are what the home folder lies in, and a repository of models that somebody has made
    importable: what else is in there is not the model's to see.
    """
    inner = [os.path.realpath(os.path.expanduser("~")) + os.sep, *map(os.path.realpath, read)]
    for entry in sys.path:
        above = os.path.realpath(entry).rstrip(os.sep) + os.sep
        if os.path.isabs(entry) and not any(path.startswith(above) for path in inner):
            yield entry


def _each_once(paths: Iterable[str]) -> tuple[str, ...]:
    there = sorted({os.path.normpath(path) for path in paths if os.path.lexists(path)})
    kept: list[str] = []
    for path in there:
        if not any(path.startswith(folder + os.sep) and os.path.isdir(folder) for folder in kept):
            kept.append(path)
    return tuple(kept)


def by_landlock(read: tuple[str, ...]) -> tuple[str, ...]:
    """What is named to Landlock."""
    return (*libraries(read), *DEVICES, *KERNEL, *_PROC, *read)
