"""The numbers of the filter are those of the kernel's headers; the filter is well-formed."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from registrar.integrations.sandbox.seccomp import program
from registrar.integrations.sandbox.syscalls import BY_ARGUMENT, MACHINES, NUMBERS, UNKNOWN

HEADERS = {
    "x86_64": "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
    "aarch64": "/usr/include/asm-generic/unistd.h",
}
_DEFINED = re.compile(r"#define __NR(?:3264)?_(\w+)\s+([0-9]+)$", re.MULTILINE)


@pytest.mark.parametrize("machine", MACHINES)
def test_the_numbers_are_those_of_the_headers(machine: str) -> None:
    header = Path(HEADERS[machine])
    if not header.exists():
        pytest.skip(f"{header} is not here")
    known = {name: int(number) for name, number in _DEFINED.findall(header.read_text())}
    column = MACHINES.index(machine)
    for name, numbers in (NUMBERS | UNKNOWN | BY_ARGUMENT).items():
        if name in known:
            assert numbers[column] == known[name], name
        elif name != "fchmodat2":  # newer than the headers of Debian 12
            assert numbers[column] is None, name


@pytest.mark.parametrize("machine", MACHINES)
def test_the_filter_jumps_forwards_and_ends(machine: str) -> None:
    raw = program(machine, 4711)
    steps = list(struct.iter_unpack("HBBI", raw))
    assert len(steps) < 4096  # the kernel's limit
    assert steps[1][3] == {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}[machine]
    for at, (code, yes, no, _) in enumerate(steps):
        if code & 7 == 5:
            assert at + 1 + max(yes, no) < len(steps)
    assert steps[-1][0] == 6


def test_another_machine_has_no_filter() -> None:
    with pytest.raises(OSError, match="no filter for riscv64"):
        program("riscv64", 1)
