"""The vendored program: are its bytes the recorded ones, and its companions as shipped."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from registrar import __version__
from registrar.app.doctoring.scene import Question, Scene, differences
from registrar.app.shipped.program import PROGRAM_PATH, REQUIREMENTS_PATH, SCRIPT_PATH
from registrar.app.shipped.registry import standing
from registrar.domain.diagnosis import Line, Topic
from registrar.domain.shipping import Standing

_PROGRAM = Question("program", Topic.PROGRAM, PROGRAM_PATH)
_VERSION = Question("program-version", Topic.PROGRAM, PROGRAM_PATH)
_RUNNING = Question("program-running", Topic.PROGRAM, PROGRAM_PATH, counts=False)
_MAX_PROGRAM = 64 * 1024 * 1024
_MAX_MODULE = 64 * 1024
_VERSION_LINE = re.compile(rb'^__version__ = "([^"\n]{1,40})"', re.MULTILINE)
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, KeyError, OSError, EOFError),
    *(RuntimeError, NotImplementedError, ValueError),
)
"""What zipfile raises on bytes that are no zip, or one that is encrypted or broken."""
_AGAIN = f"mv {PROGRAM_PATH} {PROGRAM_PATH}.old, then registrar init"


def program(scene: Scene) -> Iterator[Line]:
    """The vendored program is the one that the policy records."""
    raw = scene.raw(PROGRAM_PATH, _MAX_PROGRAM)
    recorded, named = scene.policy.program_sha256, scene.policy.program_version
    if raw is None:
        yield _PROGRAM.fails(f"there is no {PROGRAM_PATH} for the gate to run", "registrar init")
        return
    actual = hashlib.sha256(raw).hexdigest()
    if recorded is None and not scene.policy_flaws:
        text = f"registrar.toml does not record the hash of {PROGRAM_PATH}"
        yield _PROGRAM.fails(text, "add the table [program] that registrar init shows")
    elif recorded is None:
        yield _PROGRAM.unseen(f"the hash of {PROGRAM_PATH} is in a policy that is not valid")
    elif recorded.lower() != actual:
        details = (f"recorded {recorded}", f"there is {actual}")
        text = f"{PROGRAM_PATH} is not the program that registrar.toml records"
        yield _PROGRAM.fails(text, f"find out who changed it; git log -- {PROGRAM_PATH}", details)
    else:
        yield _PROGRAM.holds(f"{PROGRAM_PATH} is the program that registrar.toml records")
    yield from _versions(raw, named, scene)


def _versions(raw: bytes, named: str | None, scene: Scene) -> Iterator[Line]:
    inner = version_in(raw)
    if inner is None:
        fix = f"find out who changed it; git log -- {PROGRAM_PATH}"
        yield _VERSION.fails(f"{PROGRAM_PATH} is not a program of Registrar", fix)
        return
    if named is not None and named != inner:
        text = f"{PROGRAM_PATH} says version {inner}, registrar.toml says {named}"
        yield _VERSION.fails(text, f'write version = "{inner}" into [program]')
    else:
        yield _VERSION.holds(f"{PROGRAM_PATH} is version {inner}")
    if inner != __version__:
        text = f"the registry is judged by {inner}, and this is {__version__}"
        fix = f"python3 -I {PROGRAM_PATH} doctor, or bring the registry up: {_AGAIN}"
        yield _RUNNING.fails(text, fix)
    elif scene.program and raw != scene.program:
        text = f"{PROGRAM_PATH} says {inner}, but is not the {inner} that is running here"
        yield _RUNNING.fails(text, f"expected between two builds of one version; else: {_AGAIN}")
    else:
        yield _RUNNING.holds("the program that is running is the vendored one")


def companions(scene: Scene) -> Iterator[Line]:
    """The script and the locked requirements are as shipped."""
    for name, path in (("script", SCRIPT_PATH), ("requirements", REQUIREMENTS_PATH)):
        yield as_shipped(Question(name, Topic.PROGRAM, path), scene)


def as_shipped(asked: Question, scene: Scene) -> Line:
    """Compare a file with what this program ships."""
    shipped = scene.shipped[asked.path]
    there = scene.raw(asked.path)
    if there is None:
        return asked.fails(f"there is no {asked.path}", "registrar init")
    if standing(shipped, there) is Standing.SAME:
        return asked.holds(f"{asked.path} is as shipped")
    text = f"{asked.path} is not what registrar {__version__} ships"
    fix = f"keep what you meant; for ours: mv {asked.path} {asked.path}.old, then registrar init"
    named = scene.policy.program_version
    if named is not None and named != __version__:
        fix = f"this registry has {named}; python3 -I {PROGRAM_PATH} doctor compares with that"
    return asked.fails(text, fix, differences(shipped.content, there))


def version_in(raw: bytes) -> str | None:
    """The version that a zipapp of ours says of itself; it is read, never run."""
    try:
        with (
            zipfile.ZipFile(io.BytesIO(raw)) as archive,
            archive.open("registrar/__init__.py") as module,
        ):
            found = _VERSION_LINE.search(module.read(_MAX_MODULE))
    except _UNREADABLE:
        return None
    return found[1].decode("ascii", "replace") if found else None
