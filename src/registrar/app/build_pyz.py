"""The program as one reproducible file, ``registrar.pyz``: a zipapp of our own code."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import registrar
from registrar.errors import OutputError

_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16
_UNIX = 3
_SUFFIXES = (".py", ".json", ".typed", ".bash", ".zsh", ".fish")
_SHIPPED = "app/shipped/files/"
"""Here every name counts, but for hidden ones and an editor's backups."""
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


@cache
def program_bytes() -> bytes:
    """The zipapp of the program that runs: of its folder, or of the zipapp that it runs from.

    Read once: a process is one program, whatever happens to its files meanwhile.
    """
    return pyz_bytes(Path(registrar.__file__).parent)


def pyz_bytes(package: Path) -> bytes:
    """The bytes of the zipapp of a package, which may itself lie in one.

    Raises OutputError where the package cannot be read.
    """
    try:
        return _archive(package)
    except (OSError, zipfile.BadZipFile) as error:
        raise OutputError(f"the program at {package} cannot be read: {error}") from error


def _archive(package: Path) -> bytes:
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
    if package.parent.is_file():
        with zipfile.ZipFile(package.parent) as running:
            ours = (
                n[len("registrar/") :] for n in running.namelist() if n.startswith("registrar/")
            )
            for name in sorted(filter(_counts, ours)):
                yield f"registrar/{name}", running.read(f"registrar/{name}")
        return
    files = (path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file())
    for name in sorted(filter(_counts, files)):
        yield f"registrar/{name}", (package / name).read_bytes()


def _counts(name: str) -> bool:
    """Tell a file of the program from what lies beside it."""
    *folders, last = name.split("/")
    if "__pycache__" in folders or last.startswith(".") or last.endswith("~"):
        return False
    return name.startswith(_SHIPPED) or last.endswith(_SUFFIXES)


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
