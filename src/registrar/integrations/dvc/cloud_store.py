"""A DVC remote behind the fsspec file system that DVC itself uses for it: S3, HTTP and others."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar, cast

from registrar.domain.remotes import Absent, Lookup, NoAnswer, ObjectName, Stored
from registrar.integrations.dvc.causes import said
from registrar.ports.others import AskError

IN_FLIGHT = 64
"""Requests at a time."""
_BLOCK = 4 * 1024 * 1024
_GONE = frozenset({404, 410})
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class CloudStore:
    """Objects below ``root`` of a file system of fsspec."""

    files: Any
    root: str
    place: str
    """What the root itself lies in, say the bucket; "" where it cannot be asked for."""

    def look(self, names: Iterable[ObjectName]) -> Mapping[ObjectName, Lookup]:
        """Ask for the size of each object, ``IN_FLIGHT`` at a time."""
        from concurrent.futures import ThreadPoolExecutor  # costs the start of every check

        asked = list(names)
        first, later = asked[:IN_FLIGHT], asked[IN_FLIGHT:]
        with ThreadPoolExecutor(min(IN_FLIGHT, len(asked) or 1)) as pool:
            answers = dict(zip(first, pool.map(self._look, first), strict=True))
            silent = [told for told in answers.values() if isinstance(told, NoAnswer)]
            if later and len(silent) == len(first):  # each waits for its time limit: one is enough
                return dict.fromkeys(asked, silent[0])
            answers |= dict(zip(later, pool.map(self._look, later), strict=True))
        if any(isinstance(answer, Absent) for answer in answers.values()):
            reason = self._closed()
            if reason:  # a bucket that is not there has no object either, and tells nothing
                return {
                    n: NoAnswer(reason) if isinstance(a, Absent) else a for n, a in answers.items()
                }
        return answers

    def open(self, name: ObjectName) -> BinaryIO:
        """Open one object; raises AskError."""
        try:
            stream = _asked(
                lambda: self.files.open(
                    self._path(name), "rb", block_size=_BLOCK, cache_type="readahead"
                )
            )
        except FileNotFoundError as error:
            raise AskError("the remote has no such object") from error
        return cast("BinaryIO", _Stream(stream))

    def _look(self, name: ObjectName) -> Lookup:
        try:
            found = _asked(lambda: self.files.info(self._path(name)))
        except FileNotFoundError:
            return Absent()
        except AskError as error:
            return NoAnswer(str(error))
        if found.get("type") != "file":
            return Absent()
        size = found.get("size")
        return Stored(size if type(size) is int else None)

    def _closed(self) -> str:
        """Why the place itself cannot be asked; "" where it can."""
        if not self.place:
            return ""
        try:
            _asked(lambda: self.files.info(self.place))
        except FileNotFoundError:
            return "the bucket or folder of the remote is not there"
        except AskError as error:
            return str(error)
        return ""

    def _path(self, name: ObjectName) -> str:
        return f"{self.root.rstrip('/')}/{name.path}"


class _Stream(io.RawIOBase):
    """A stream of fsspec whose errors are ours; it is not closed by being forgotten half-read."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return bytes(_asked(lambda: self._stream.read(size)))

    def readinto(self, buffer: Any) -> int:
        raw = self.read(len(buffer))
        buffer[: len(raw)] = raw
        return len(raw)

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(_asked(lambda: self._stream.seek(offset, whence)))

    def tell(self) -> int:
        return int(self._stream.tell())

    def close(self) -> None:
        self._stream.close()
        super().close()


def _asked(question: Callable[[], _T]) -> _T:
    """Ask; raises FileNotFoundError only where the store says so, AskError for all else."""
    try:
        return question()
    except FileNotFoundError as error:
        status = getattr(error.__cause__, "status", None)
        if error.__cause__ is None or status in _GONE:
            raise
        raise AskError(said(error.__cause__)) from error
    except Exception as error:  # a dozen libraries, each with exceptions of its own
        raise AskError(said(error)) from error
