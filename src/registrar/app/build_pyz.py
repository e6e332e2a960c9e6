"""The program as one reproducible file, ``registrar.pyz``: a zipapp of our own code."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16
_SUFFIXES = (".py", ".json", ".typed")
_MAIN = b"from registrar.cli.guard import run\n\nrun()\n"


def build_pyz(package: Path, target: Path) -> str:
    """Write the package ``registrar`` at ``package`` as a zipapp; its SHA-256.

    The bytes depend on the code alone: sorted names, fixed times and modes, stored, not
    compressed. Written beside the target, synced, then renamed: all or nothing.
    """
    content = pyz_bytes(package)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return hashlib.sha256(content).hexdigest()


def pyz_bytes(package: Path) -> bytes:
    """The bytes of the zipapp."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in _members(package):
            info = zipfile.ZipInfo(name, _TIME)
            info.create_system = 3
            info.external_attr = _MODE
            archive.writestr(info, content)
    return b"#!/usr/bin/env -S python3 -I\n" + buffer.getvalue()


def _members(package: Path) -> Iterator[tuple[str, bytes]]:
    yield "__main__.py", _MAIN
    files = sorted(
        path.relative_to(package).as_posix()
        for path in package.rglob("*")
        if path.suffix in _SUFFIXES and "__pycache__" not in path.parts
    )
    for name in files:
        yield f"registrar/{name}", (package / name).read_bytes()
