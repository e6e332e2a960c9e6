"""The few system calls of Linux that Python does not know."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from functools import cache

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPABILITIES = 64


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _told(answer: int) -> int:
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return answer


def prctl(option: int, *arguments: object) -> int:
    """``prctl(2)``; raises OSError."""
    words = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments]
    words += [ctypes.c_ulong(0)] * (4 - len(words))
    return _told(_libc().prctl(ctypes.c_int(option), *words))


def syscall(number: int, *arguments: object) -> int:
    """``syscall(2)``; raises OSError."""
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _told(_libc().syscall(ctypes.c_long(number), *words))


def drop_capabilities() -> None:
    """Give up every capability for good, those of root too; raises OSError."""
    for number in range(_CAPABILITIES):
        try:
            prctl(PR_CAPBSET_DROP, number)
        except OSError:
            break  # no such capability, or not ours to drop, and then it is not ours to use
    with suppress(OSError):  # kernels before 4.3 have none
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    syscall(_CAPSET[os.uname().machine], header, (ctypes.c_uint32 * 6)())
