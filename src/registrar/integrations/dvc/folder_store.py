"""A DVC remote that is a folder of this machine."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from registrar.domain.remotes import Absent, Lookup, NoAnswer, ObjectName, Stored
from registrar.ports.others import AskError


@dataclass(frozen=True, slots=True)
class FolderStore:
    """Objects below a folder; ``root`` is absolute."""

    root: str
    links: bool = True
    """False where the folder is of a tree that is judged: an object there is never a link."""

    def look(self, names: Iterable[ObjectName]) -> Mapping[ObjectName, Lookup]:
        """Stat each object; where the folder itself is not there, nothing can be told."""
        reason = self._closed()
        return {name: NoAnswer(reason) if reason else self._look(name) for name in names}

    def open(self, name: ObjectName) -> BinaryIO:
        """Open one object; raises AskError."""
        try:
            flags = os.O_RDONLY | os.O_NONBLOCK | (0 if self.links else os.O_NOFOLLOW)
            stream = open(os.open(self._path(name), flags), "rb")  # noqa: SIM115 - the caller's
        except OSError as error:
            raise AskError(_said(error)) from error
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            stream.close()
            raise AskError("the remote answers: it is no regular file")
        return stream

    def _closed(self) -> str:
        try:
            if stat.S_ISDIR(os.stat(self.root).st_mode) and os.access(self.root, os.X_OK):
                return ""
        except FileNotFoundError:
            return "the folder of the remote is not there: is it mounted, was anything pushed?"
        except OSError as error:
            return _said(error)
        return "the remote is no folder that can be entered"

    def _look(self, name: ObjectName) -> Lookup:
        try:
            found = os.stat(self._path(name), follow_symlinks=self.links)
        except (FileNotFoundError, NotADirectoryError):
            return Absent()
        except OSError as error:
            return NoAnswer(_said(error))
        return Stored(found.st_size) if stat.S_ISREG(found.st_mode) else Absent()

    def _path(self, name: ObjectName) -> str:
        return f"{self.root}/{name.path}"


def _said(error: OSError) -> str:
    return f"the remote answers: {error.strerror or type(error).__name__}"
