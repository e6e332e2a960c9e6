"""Scans of bytes within bounds: in this process under a limit of memory, or in the child."""

from __future__ import annotations

import io
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registrar.domain.scanning import FileScan, Safety
from registrar.integrations.scanning.allowlist import allowlist
from registrar.integrations.scanning.engine import Engine
from registrar.integrations.scanning.limits import Limits
from registrar.integrations.scanning.parts import Part, Sure
from registrar.integrations.scanning.scanner import ChildScanner
from registrar.ports.scanning import ToScan

SMALL = Limits(expanded=8 << 20, free=1 << 20, members=50, names=1000, pickles=4, depth=3)


@contextmanager
def bounded() -> Iterator[None]:
    """No more than another GiB: opcodes may ask for any, and this is no child that may die."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + (1 << 30), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def judged(content: bytes, name: str = "model.pkl", limits: Limits = SMALL) -> Sure:
    with bounded():
        return Engine(allowlist(), limits).judged(Part(name, io.BytesIO(content), len(content)))


def safety(content: bytes, name: str = "model.pkl", limits: Limits = SMALL) -> Safety:
    return FileScan(name, "", judged(content, name, limits).troubles).safety


def scanned(folder: Path, limits: Limits | None = None, **files: bytes) -> list[FileScan]:
    wanted = []
    for name, content in files.items():
        (folder / name).write_bytes(content)
        wanted.append(ToScan(name, str(folder / name), len(content)))
    return list(ChildScanner(limits or Limits(), second=False).scan(wanted).files)
