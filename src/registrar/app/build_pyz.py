"""The program as one reproducible file, ``registrar.pyz``: a zipapp of our own code."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from registrar.errors import OutputError

_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16
_UNIX = 3
_SUFFIXES = (".py", ".json", ".typed", ".bash", ".zsh", ".fish")
_SHEBANG = b"#!/usr/bin/env -S python3 -I\n"
_MAIN = b"from registrar.cli.guard import run\n\nrun()\n"


def build_pyz(package: Path, target: Path) -> str:
    """Write the package ``registrar`` at ``package`` as a zipapp; its SHA-256.

    The bytes depend on the code alone: sorted names, fixed times and modes, stored, not
    compressed. Written beside the target, synced, then renamed: all or nothing. Raises
    OutputError where that cannot be done.
    """
    content = pyz_bytes(package)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, content)
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror}") from error
    return hashlib.sha256(content).hexdigest()


def pyz_bytes(package: Path) -> bytes:
    """The bytes of the zipapp."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in _members(package):
            info = zipfile.ZipInfo(name, _TIME)
            info.create_system = _UNIX
            info.external_attr = _MODE
            archive.writestr(info, content)
    return _SHEBANG + buffer.getvalue()


def _members(package: Path) -> Iterator[tuple[str, bytes]]:
    yield "__main__.py", _MAIN
    files = sorted(
        path.relative_to(package).as_posix()
        for path in package.rglob("*")
        if path.suffix in _SUFFIXES and "__pycache__" not in path.parts
    )
    for name in files:
        yield f"registrar/{name}", (package / name).read_bytes()


def _replace(target: Path, content: bytes) -> None:
    """Put the content in the target's place, executable, or leave everything as it was."""
    number, beside = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with open(number, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fchmod(number, 0o755)
            os.fsync(number)
        os.replace(beside, target)
    finally:
        Path(beside).unlink(missing_ok=True)
