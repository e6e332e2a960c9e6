"""A read document: plain data, the flaws of its text, and the span of every value in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from registrar.domain.places import TOP, Route, Span

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_NODES = 10_000
MAX_FLAWS = 50
"""Flaws of one document that are told one by one; a hostile file may hold a million."""


class Ambiguous(str):
    """A plain YAML scalar that some YAML version takes for something other than text."""

    __slots__ = ("taken_for",)
    taken_for: str

    def __new__(cls, value: str, taken_for: str) -> Ambiguous:
        """Keep the text as it was written, and what it may be taken for."""
        self = super().__new__(cls, value)
        self.taken_for = taken_for
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with both parts."""
        return (Ambiguous, (str(self), self.taken_for))


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong with the text of a document, with its place."""

    message: str
    hint: str
    span: Span = TOP
    instead: str | None = None
    """What certainly belongs in the place of the span: the same characters, quoted."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document: ``data`` is None where the text could not be read to its end.

    ``ambiguous`` are the routes of plain scalars that must be quoted where text is wanted,
    ``multiline`` those of texts with a line break.
    """

    text: str
    data: Any
    flaws: tuple[Flaw, ...] = ()
    ambiguous: tuple[Route, ...] = ()
    multiline: tuple[Route, ...] = ()
    locate: Callable[[Route, bool], Span] = field(default=lambda route, key: TOP)

    @property
    def readable(self) -> bool:
        """Tell whether the text had no flaw, so that its data may be judged."""
        return not self.flaws

    def span(self, route: Route, key: bool = False) -> Span:
        """Where the value of a route stands, or its key; the nearest parent if it is absent."""
        return self.locate(route, key)


@lru_cache(maxsize=4)
def lines_of(text: str) -> list[str]:
    """The lines of a text; kept, since every finding of a document asks for its own."""
    return text.split("\n")


def unreadable(text: str, *flaws: Flaw) -> Document:
    """A document that only has flaws."""
    return Document(text, None, flaws)


def decode(raw: bytes, limit: int = MAX_BYTES) -> tuple[str, Flaw | None]:
    """Decode UTF-8 strictly and refuse what no text file holds; (text, flaw).

    Refused: more than ``limit`` bytes, other encodings, NUL bytes, a byte order mark.
    """
    if len(raw) > limit:
        size = f"{len(raw):,} bytes"
        return "", Flaw(f"the file is larger than {limit:,} bytes", f"it has {size} or more")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "", Flaw("the file is UTF-16, not UTF-8", "save it as UTF-8")
    if b"\x00" in raw:
        return "", Flaw("the file is binary, not text", "write it as UTF-8 text")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        return "", Flaw(
            f"byte {error.start} (0x{raw[error.start]:02x}) is not UTF-8",
            "save the file as UTF-8",
            Span(line, column, line, column + 1),
        )
    return text, None
