"""The process that reads what nobody trusts: started with ``-I``, limited, and expendable.

Reads requests as lines of JSON from stdin and answers each, by its number, with a line where its
stdout was. It holds no secret, opens files without following a link at their end, and writes
nothing but unlinked temporary files. Where it is killed by a limit, the one who started it says so.
"""

from __future__ import annotations

import errno
import gc
import io
import json
import os
import resource
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from io import FileIO
from typing import Any, NoReturn

from registrar.domain.scanning import Safety, Trouble
from registrar.integrations.scanning.allowlist import allowlist
from registrar.integrations.scanning.confining import confine
from registrar.integrations.scanning.engine import Engine
from registrar.integrations.scanning.limits import NO_MEMORY, Limits
from registrar.integrations.scanning.parts import Part, Sure
from registrar.integrations.scanning.second import second_opinions
from registrar.integrations.scanning.words import unread

_FILES = 64
_MOST_BESIDE = 10_000
_MOST_TOLD = 100
_PAGES = 1024 * 1024
_given: dict[int, int] = {}
"""Limits as they stand, by their kind."""
_USED_UP = (NO_MEMORY, *map(os.strerror, (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC)))
"""What is said where memory, descriptors or room of the process are used up."""
_SMALL = 1024 * 1024
"""A file up to here is read at once."""


def main() -> NoReturn:
    """Answer until there are no more requests."""
    gc.set_threshold(50_000, 20, 50)  # readers make many small values, and hardly any cycle
    answers = _channel()
    first = json.loads(sys.stdin.readline())
    limits = Limits(**first["limits"])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.expanded, limits.expanded))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))
    allowed = allowlist(tuple(first["allow"]))
    second = second_opinions(allowed) if first["second"] else None
    holds = ["limits", *confine(first)]
    gc.freeze()  # what is here stays
    gc.enable()
    _say(answers, allowlist=allowed.digest, second=second.told if second else None, holds=holds)
    for number, line in enumerate(sys.stdin):
        request = json.loads(line)
        _bounded(limits, request["size"])
        try:
            sure, raw = _judged(Engine(allowed, limits), request)
            elsewhere = sure.external and request["folder"]  # where other readers would not look
            if second is not None and not elsewhere:
                sure = second.asked(sure, request["place"], raw)
        except MemoryError:
            sure = Sure("unknown", (unread(f"a limit was reached: {NO_MEMORY}"),))
        if number and sure.troubles and _is_short(sure.troubles):
            _say(answers, n=number, short=True)  # another process may have what it needs
            break
        troubles = _told(sure.troubles) if sure.troubles else ()
        external = sure.external[:_MOST_BESIDE]
        _say(answers, n=number, format=sure.format, troubles=troubles, external=external)
    os._exit(0)  # nothing is left to put away, and what libraries do at their end tells nothing


def _told(found: tuple[Trouble, ...]) -> list[tuple[str, str, str]]:
    """The dangerous ones first, and of many not all."""
    found = tuple(sorted(found, key=lambda trouble: trouble.safety is not Safety.DANGEROUS))
    return [(trouble.safety.value, trouble.message, trouble.hint) for trouble in found[:_MOST_TOLD]]


def _is_short(troubles: tuple[Trouble, ...]) -> bool:
    """Tell whether a file was not read for what other files may have used up."""
    if any(trouble.safety is Safety.DANGEROUS for trouble in troubles):
        return False
    return any(what in trouble.message for trouble in troubles for what in _USED_UP)


def _channel() -> FileIO:
    """Where answers go, each at once; what libraries print goes nowhere."""
    answers = FileIO(os.dup(sys.stdout.fileno()), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return answers


def _say(answers: FileIO, **answer: Any) -> None:
    left = memoryview(json.dumps(answer).encode("ascii") + b"\n")
    while left:
        left = left[answers.write(left) :]


def _bounded(limits: Limits, size: int) -> None:
    """Give the file its share of address space and CPU time."""
    memory = limits.memory + size + min(size, limits.expanded)
    _soft(resource.RLIMIT_AS, memory + -memory % _PAGES)  # the same for files that are small
    _soft(resource.RLIMIT_CPU, int(time.process_time()) + 1 + limits.cpu + size // limits.pace)


def _soft(kind: int, wanted: int) -> None:
    if _given.get(kind) == wanted:
        return
    _given[kind] = wanted
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(
        kind, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
    )


def _judged(engine: Engine, request: Mapping[str, Any]) -> tuple[Sure, bytes | None]:
    """What is said of a file, and its bytes where they are few."""
    place = os.fsencode(request["place"])
    try:
        file = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return _nothing(f"it cannot be opened: {error.strerror}"), None
    with FileIO(file, closefd=True) as stream:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            return _nothing("no regular file"), None
        beside = Beside(os.fsencode(request["folder"]) or os.path.dirname(place))
        try:
            raw = stream.read(found.st_size) if found.st_size <= _SMALL else None
            given = stream if raw is None else io.BytesIO(raw)
            size = found.st_size if raw is None else len(raw)
            sure = engine.judged(Part(request["path"], given, size, beside=beside))
        except OSError as error:
            return _nothing(f"it cannot be read: {error.strerror}"), None
        if os.fstat(file).st_mtime_ns != found.st_mtime_ns:
            changed = unread("it was changed while it was read", "scan it again")
            sure = Sure(sure.format, (*sure.troubles, changed), sure.external)
        return sure, raw


def _nothing(message: str) -> Sure:
    return Sure("unknown", (unread(message),))


class Beside(Mapping[str, int]):
    """Sizes of the files of a folder, by their path in it; -1 for links and the like.

    Listed when first asked for.
    """

    def __init__(self, folder: bytes) -> None:
        self._folder = folder
        self._found: dict[str, int] | None = None

    def _listed(self) -> dict[str, int]:
        if self._found is None:
            self._found = dict(_walk(self._folder))
        return self._found

    def __getitem__(self, path: str) -> int:
        return self._listed()[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed())

    def __len__(self) -> int:
        return len(self._listed())


def _walk(top: bytes) -> Iterator[tuple[str, int]]:
    folders, count = [b""], 0
    while folders:
        inner = folders.pop()
        try:
            entries = list(os.scandir(os.path.join(top, inner)))
        except OSError:
            continue
        for entry in entries:
            count += 1
            if count > _MOST_BESIDE:
                return
            path = os.path.join(inner, entry.name)
            if entry.is_dir(follow_symlinks=False):
                folders.append(path)
            else:
                plain = entry.is_file(follow_symlinks=False)
                size = entry.stat(follow_symlinks=False).st_size if plain else -1
                yield path.decode("utf-8", "surrogateescape"), size


if __name__ == "__main__":
    sys.exit(main())
