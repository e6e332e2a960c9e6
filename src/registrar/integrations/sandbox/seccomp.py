"""seccomp: a filter of our own over the numbers and arguments of system calls.

The filter looks at the architecture first: numbers mean other calls on another one. What is not
named is allowed, so that numeric libraries run; what came to Linux later is not there (ENOSYS).
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from registrar.integrations.sandbox.syscalls import (
    BY_ARGUMENT,
    LAST_KNOWN,
    MACHINES,
    NUMBERS,
    UNKNOWN,
)
from registrar.integrations.sandbox.system import (
    PR_SET_DUMPABLE,
    PR_SET_PDEATHSIG,
    PR_SET_SECCOMP,
    prctl,
)

_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_EQUAL, _AT_LEAST, _ANY_BIT = 0x15, 0x35, 0x45
_KILL, _ALLOW = 0x80000000, 0x7FFF0000
_REFUSE = 0x00050000 | errno.EPERM
_NOT_THERE = 0x00050000 | errno.ENOSYS
_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
_CLONE_THREAD, _CLONE_FILES = 0x00010000, 0x00000400
_CLOSE_RANGE_UNSHARE = 1 << 1
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_FIOSETOWN, _SIOCSPGRP = 0x8901, 0x8902
_F_SETOWN, _F_SETOWN_EX, _F_SETLEASE, _F_NOTIFY = 8, 15, 1024, 1026
_AF_UNIX, _SOCK_STREAM, _SOCK_KINDS = 1, 1, 0xF
_FILTER_MODE = 2
_Step = tuple[int, int, int, int]
"""Operation, how many steps to skip where it holds, where it does not, operand."""


def _argument(index: int) -> _Step:
    """Load the lower half of an argument; each that is looked at is an int of the kernel."""
    return (_LOAD, 0, 0, 16 + 8 * index)


_REFUSED: _Step = (_RETURN, 0, 0, _REFUSE)
_ALLOWED: _Step = (_RETURN, 0, 0, _ALLOW)


def _only(index: int, *values: int) -> list[_Step]:
    """Allow a call whose argument is one of the values."""
    tests = [(_EQUAL, len(values) - at, 0, value) for at, value in enumerate(values)]
    return [_argument(index), *tests, _REFUSED, _ALLOWED]


def _never(index: int, *values: int) -> list[_Step]:
    """Refuse a call whose argument is one of the values."""
    tests = [(_EQUAL, len(values) - at, 0, value) for at, value in enumerate(values)]
    return [_argument(index), *tests, _ALLOWED, _REFUSED]


def _no_truncation(index: int) -> list[_Step]:
    """Refuse to empty a file by opening it for reading, which Landlock before ABI 3 lets pass."""
    return [
        _argument(index),
        (_ANY_BIT, 0, 2, os.O_TRUNC),
        (_AND, 0, 0, os.O_ACCMODE),
        (_EQUAL, 1, 0, os.O_RDONLY),
        _ALLOWED,
        _REFUSED,
    ]


def _threads_alone() -> list[_Step]:
    """Allow threads, which share their descriptors, so that those of the process are all."""
    return [
        _argument(0),
        (_ANY_BIT, 0, 1, _CLONE_THREAD),
        (_ANY_BIT, 1, 0, _CLONE_FILES),
        _REFUSED,
        _ALLOWED,
    ]


def _pair_of_streams() -> list[_Step]:
    """Allow pairs of Unix streams alone: a datagram socket of a pair sends to any other one."""
    return [
        _argument(0),
        (_EQUAL, 0, 3, _AF_UNIX),
        _argument(1),
        (_AND, 0, 0, _SOCK_KINDS),
        (_EQUAL, 1, 0, _SOCK_STREAM),
        _REFUSED,
        _ALLOWED,
    ]


def _rules(pid: int) -> dict[str, list[_Step]]:
    """By call, what decides on its arguments; ``pid`` is the process itself."""
    return {
        "clone": _threads_alone(),
        "close_range": [_argument(2), (_ANY_BIT, 1, 0, _CLOSE_RANGE_UNSHARE), _ALLOWED, _REFUSED],
        "fcntl": _never(1, _F_SETOWN, _F_SETOWN_EX, _F_SETLEASE, _F_NOTIFY),
        "kill": _only(0, pid),
        "tgkill": _only(0, pid),
        "prlimit64": _only(0, 0, pid),
        "ioctl": _never(1, _TIOCSTI, _TIOCLINUX, _FIOSETOWN, _SIOCSPGRP),
        "open": _no_truncation(1),
        "openat": _no_truncation(2),
        "prctl": _never(0, PR_SET_PDEATHSIG, PR_SET_DUMPABLE),
        "sched_setaffinity": _only(0, 0, pid),
        "socketpair": _pair_of_streams(),
    }


def program(machine: str, pid: int) -> bytes:
    """The filter for a machine and the process that will run it; raises OSError for another."""
    if machine not in MACHINES:
        raise OSError(errno.ENOSYS, f"no filter for {machine}")
    column = MACHINES.index(machine)
    steps: list[_Step] = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, _ARCHITECTURE[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _KILL),
        (_AT_LEAST, 0, 1, LAST_KNOWN + 1),
        (_RETURN, 0, 0, _NOT_THERE),
    ]
    for table, answer in ((NUMBERS, _REFUSE), (UNKNOWN, _NOT_THERE)):
        for numbers in table.values():
            number = numbers[column]
            if number is not None:
                steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, answer)]
    rules = _rules(pid)
    for name, numbers in BY_ARGUMENT.items():
        number = numbers[column]
        if number is not None:
            steps += [(_EQUAL, 0, len(rules[name]), number), *rules[name]]
    steps.append(_ALLOWED)
    return b"".join(struct.pack("HBBI", *step) for step in steps)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def restrict() -> None:
    """Filter the calls of this process and its threads to come; raises OSError.

    ``no_new_privs`` must be set.
    """
    steps = program(os.uname().machine, os.getpid())
    prctl(PR_SET_SECCOMP, _FILTER_MODE, ctypes.byref(_Program(len(steps) // 8, steps)))
