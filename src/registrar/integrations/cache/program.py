"""What judges besides policy and schema: this program, its libraries, and who runs it."""

from __future__ import annotations

import hashlib
import os
import sys
from importlib.util import find_spec

import registrar

_LIBRARIES = ("yaml", "jsonschema", "jsonschema_rs")


def program_digest() -> str:
    """One digest of the program's own files, of its libraries' and Python's versions, of the user.

    Of libraries it takes where they are and when they were written: reading them costs more
    than it is worth. The user's groups decide what can be read.
    """
    digest = hashlib.sha256()
    loader: object = registrar.__loader__
    archive = getattr(loader, "archive", None)
    if isinstance(archive, str):
        _add(digest, archive)
    else:
        for folder, folders, names in os.walk(os.path.dirname(registrar.__file__)):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            for name in sorted(names):
                _add(digest, os.path.join(folder, name))
    told: list[object] = [registrar.__version__, sys.version, os.geteuid(), os.getegid()]
    told.append(sorted(os.getgroups()))
    for library in _LIBRARIES:
        spec = find_spec(library)
        if spec is not None and spec.origin is not None and os.path.exists(spec.origin):
            status = os.stat(spec.origin)
            told += [spec.origin, status.st_size, status.st_mtime_ns, status.st_ino]
    digest.update(repr(told).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _add(digest: hashlib._Hash, path: str) -> None:
    with open(path, "rb") as stream:
        raw = stream.read()
    digest.update(b"%d %d " % (len(os.fsencode(path)), len(raw)) + os.fsencode(path) + raw)
