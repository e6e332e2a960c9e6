"""Landlock: the files that a process may read and write; nothing is inherited by asking root.

Kernel 5.13 or newer. The rights of each ABI are those of ``linux/landlock.h``; it is probed by the
system call itself, since ``/sys`` tells what is built in and not what is in force.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

from registrar.integrations.sandbox.system import syscall

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE = 1 << 4 | 1 << 5
_MAKE_DIR, _MAKE_REG = 1 << 7, 1 << 8
_REFER, _TRUNCATE, _IOCTL = 1 << 13, 1 << 14, 1 << 15
_READ = _READ_FILE | _READ_DIR
_WRITE = _READ | _WRITE_FILE | _REMOVE | _MAKE_DIR | _MAKE_REG | _REFER | _TRUNCATE
"""No links, sockets, pipes or devices; nothing is executed."""
_OF_A_FILE = _WRITE_FILE | _READ_FILE | _TRUNCATE


def abi() -> int:
    """The version of Landlock that is in force; raises OSError where there is none."""
    return syscall(_CREATE, None, 0, 1)


def _all_files(version: int) -> int:
    newer = ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL))
    return (1 << 13) - 1 | sum(right for since, right in newer if version >= since)


def restrict(read: Iterable[str], write: Iterable[str], listed: Iterable[str] = ()) -> int:
    """Confine this process to reading and writing what is named; the ABI; raises OSError.

    Of the folders in ``listed``, and of those in them, it may see the names.

    Where the ABI has them, TCP, abstract Unix sockets and signals out of it are refused, too.
    ``no_new_privs`` must be set. What is not there is left out.
    """
    version = abi()
    handled = _all_files(version)
    words = [handled]
    words += [0b11] if version >= 4 else []
    words += [0b11] if version >= 6 else []
    attribute = struct.pack(f"{len(words)}Q", *words)
    ruleset = syscall(_CREATE, ctypes.c_char_p(attribute), len(attribute), 0)
    try:
        for paths, rights in ((read, _READ), (write, _WRITE), (listed, _READ_DIR)):
            for path in paths:
                _allow(ruleset, path, rights & handled)
        syscall(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)
    return version


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(handle).st_mode):
            rights &= _OF_A_FILE
        rule = struct.pack("=Qi", rights, handle)
        syscall(_ADD_RULE, ruleset, 1, ctypes.c_char_p(rule), 0)
    finally:
        os.close(handle)
