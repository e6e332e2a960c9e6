"""What the readers of headers share: how a trouble is made, quoted, and counted."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import wraps
from typing import ParamSpec

from registrar.domain.scanning import Safety, Trouble
from registrar.reading.sniffing.source import TruncatedError

MAX_TROUBLES = 20
"""Told of one file; a hostile one may hold a million."""
MAX_QUOTED = 60
ENDS_EARLY = "the file ends before what its header announces"
WRITE_AGAIN = "the file is cut off or damaged: copy it again, or write it anew"
_VALUES = frozenset({"collections", "datetime", "decimal", "enum", "fractions", "uuid", "zoneinfo"})
"""Modules of the standard library whose types are values."""
_P = ParamSpec("_P")


class BrokenError(Exception):
    """Nothing behind this place can be read; carries what is to be told."""

    def __init__(self, message: str, hint: str = WRITE_AGAIN) -> None:
        super().__init__(message)
        self.trouble = unread(message, hint)


def danger(message: str, hint: str) -> Trouble:
    """Something that no honest writer of the format makes, or that runs code."""
    return Trouble(Safety.DANGEROUS, message, hint)


def unread(message: str, hint: str = WRITE_AGAIN) -> Trouble:
    """Something that is broken, or that is not understood to its end."""
    return Trouble(Safety.UNREAD, message, hint)


def quoted(text: str | bytes, limit: int = MAX_QUOTED) -> str:
    """Text of a file between quotes: cut to ``limit`` characters, everything odd escaped."""
    if isinstance(text, bytes):
        text = text[: 4 * limit].decode("utf-8", "backslashreplace")
    more = "…" if len(text) > limit else ""
    shown = "".join(_plain(char) for char in text[:limit])
    return f'"{shown}{more}"'


def _plain(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    return char if char.isprintable() else char.encode("unicode_escape").decode("ascii")


def byte(offset: int) -> str:
    """A place in the file, as it is told."""
    return f"byte {offset:,}"


def allowing(module: str, name: str) -> str:
    """What to do about a name that is not on the allowlist, as the policy spells it."""
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names and top not in _VALUES:
        return "do not load it, and ask where it came from"
    shown = quoted(f"{module}:{name}", 120)
    return f"convert the model to ONNX; where you trust it: [scan] allow = [{shown}]"


def between(start: int, end: int) -> str:
    """The bytes from ``start`` to before ``end``, as they are told."""
    return f"bytes {start:,} to {end - 1:,}"


def told(reader: Callable[_P, Iterator[Trouble]]) -> Callable[_P, Iterator[Trouble]]:
    """Make a reader's last trouble of what it raises, and stop where there are too many."""

    @wraps(reader)
    def look(*args: _P.args, **kwargs: _P.kwargs) -> Iterator[Trouble]:
        seen: set[Trouble] = set()
        try:
            for trouble in reader(*args, **kwargs):
                if trouble in seen:
                    continue
                if len(seen) == MAX_TROUBLES:
                    yield unread("there is more of this kind; no more is told", "mend these first")
                    return
                seen.add(trouble)
                yield trouble
        except BrokenError as error:
            yield error.trouble
        except TruncatedError:
            yield unread(ENDS_EARLY)

    return look
