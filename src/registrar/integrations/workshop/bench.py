"""One entry in the making: all of it appears at once, or nothing of it was ever there."""

from __future__ import annotations

import json
import os
import pkgutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from registrar.domain.adding import Piece
from registrar.domain.trees import Written
from registrar.errors import OutputError, UsageError
from registrar.integrations.stamps import stamp
from registrar.integrations.workshop.copying import copy, digests
from registrar.integrations.workshop.source import changed, files_of, moved, opened
from registrar.integrations.workshop.space import space_hint
from registrar.ports.making import Progress


@dataclass(slots=True)
class EntryBench:
    """The hidden folder ``stage`` that becomes ``target``; both absolute, in one file system."""

    stage: str
    target: str
    _janitor: subprocess.Popen[str]
    written: dict[str, Written] = field(default_factory=dict)
    """What was brought, by its path in the entry."""
    _open: bool = True

    @classmethod
    def at(cls, top: str, root: str, folder: str) -> EntryBench:
        """Begin an entry; raises UsageError where one of its name is there."""
        target = os.path.join(top, root, folder)
        refuse_present(target, f"{root}/{folder}")
        stage = os.path.join(top, root, f".adding-{folder}-{os.urandom(4).hex()}")
        bench = cls(stage, target, _janitor())
        bench.will_make(stage)
        try:
            os.makedirs(os.path.join(top, root), exist_ok=True)
            os.mkdir(stage)
        except OSError as error:
            bench.abandon()
            message = f"{root} cannot be written: {error.strerror}"
            raise OutputError(message, space_hint(error)) from error
        bench.tell(True)
        return bench

    def will_make(self, path: str, inode: int | None = None) -> None:
        """Note a path that goes again where this process ends too early; before it is made.

        Given an inode, only what has it goes.
        """
        self.tell([path, inode])

    def tell(self, message: object) -> None:
        """One line to the janitor."""
        if self._janitor.stdin is not None:
            self._janitor.stdin.write(json.dumps(message) + "\n")
            self._janitor.stdin.flush()

    def bring(self, source: str, name: str, progress: Progress | None = None) -> list[Piece]:
        """Copy a file or a folder in, digested on the way; raises UsageError and OutputError.

        What changes while it is read is refused, a folder as a whole. Links are not followed.
        """
        found = files_of(source)
        total = sum(there.st_size for there in found.values())
        pieces: list[Piece] = []
        done = 0
        for path in found:
            inside = name + path.removeprefix(source)

            def tell(size: int, before: int = done) -> None:
                if progress is not None:
                    progress(before + size, total)

            pieces.append(self._copy(path, inside, found[path], tell))
            done += pieces[-1].size
        again = files_of(source)
        for path in (*found, *again):
            if path not in found or path not in again or moved(found[path], again[path]):
                raise changed(path)
        return pieces

    def _copy(
        self, source: str, inside: str, listed: os.stat_result, tell: Callable[[int], None]
    ) -> Piece:
        place = os.path.join(self.stage, inside)
        with opened(source) as stream:
            if moved(listed, os.fstat(stream.fileno())):
                raise changed(source)  # or a folder on the way to it is a link now
            try:
                os.makedirs(os.path.dirname(place), exist_ok=True)
                with open(place, "x+b", buffering=0) as made:
                    copy(stream.fileno(), made.fileno())
                    made.seek(0)
                    sha256, md5, size = digests(made.fileno(), tell)
                    os.fsync(made.fileno())
                    state = stamp(os.fstat(made.fileno()))
            except OSError as error:
                message = f"{source} cannot be copied: {error.strerror}"
                raise OutputError(message, space_hint(error)) from error
            after = os.fstat(stream.fileno())
        if moved(listed, after) or size != after.st_size:
            raise changed(source)
        self.written[inside] = Written(sha256, md5, state)
        return Piece(inside, sha256, size, md5)

    def write(self, name: str, content: bytes) -> None:
        """Write one file of the entry; raises OutputError."""
        place = os.path.join(self.stage, name)
        try:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        except FileExistsError as error:
            hint = f"the entry needs that name itself: rename the {name} that was given"
            raise UsageError(f"two files of the entry are called {name}", hint) from error
        except OSError as error:
            raise OutputError(
                f"{name} cannot be written: {error.strerror}", space_hint(error)
            ) from error

    def finish(self) -> None:
        """Put the entry in its place; raises UsageError where another one came first."""
        try:
            os.rename(self.stage, self.target)  # over a folder that holds something it fails
        except OSError as error:
            refuse_present(self.target, os.path.basename(self.target))
            message = f"{self.target} cannot be written: {error.strerror}"
            raise OutputError(message, space_hint(error)) from error
        self._close(done=True)

    def abandon(self) -> None:
        """Leave nothing behind; does nothing once it is finished."""
        self._close(done=False)

    def _close(self, done: bool) -> None:
        if not self._open:
            return
        self._open = False
        if done:
            self.tell(None)
        self._janitor.communicate()


def refuse_present(target: str, shown: str) -> None:
    """Raise UsageError where anything stands in the place of an entry."""
    if os.path.lexists(target):
        hint = "a version is never overwritten: choose a higher one"
        raise UsageError(f"{shown} is there already", hint)


def _janitor() -> subprocess.Popen[str]:
    source = pkgutil.get_data("registrar.integrations.workshop", "janitor.py")
    command = [sys.executable, "-I", "-c", (source or b"").decode("utf-8")]
    return subprocess.Popen(command, stdin=subprocess.PIPE, text=True, start_new_session=True)
