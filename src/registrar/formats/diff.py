"""A unified diff that ``git apply`` and ``patch`` take."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from registrar.domain.mending import FileChange
from registrar.formats.escape import escape

_ODD = re.compile(r'[\x00-\x1f"\\\x7f-\x9f]|[^\x00-\x7f]')
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    "\ud800-\udfff]|\r(?!\n)"
)
"""What acts on a terminal; no document that may be mended holds any of it."""
_NO_END = "\\ No newline at end of file\n"


def unified(changes: Iterable[FileChange], for_people: bool = False) -> str:
    """All changes as one diff; with ``for_people`` whatever does not show is escaped.

    Otherwise the lines are as they are, but for control characters, which only names could hold:
    names are written as git writes them.
    """
    return "".join(line for change in changes for line in _file(change, for_people))


def _file(change: FileChange, for_people: bool) -> Iterator[str]:
    from difflib import unified_diff  # only where there is a difference to show

    before, after = _lines(change.before), _lines(change.after)
    old, new = _name("a/" + change.path), _name("b/" + change.path)
    yield f"diff --git {old} {new}\n"
    found = list(unified_diff(before, after, old, new))
    for number, line in enumerate(found):
        if number < 2:
            yield line.rstrip("\n") + ("\t\n" if " " in change.path else "\n")
        else:
            yield from _ended(line, for_people)


def _lines(raw: bytes) -> Sequence[str]:
    """The lines with their ends; only a line feed ends one, as in git."""
    text = raw.decode("utf-8", "surrogateescape")
    return [line for line in re.split(r"(?<=\n)", text) if line]


def _ended(line: str, for_people: bool) -> Iterator[str]:
    body, end = (line[:-1], "\n") if line.endswith("\n") else (line, "")
    if for_people:
        body = escape(body.removesuffix("\r"))
    elif _CONTROL.search(body + "\n"):
        body = _CONTROL.sub(lambda found: escape(found[0]), body)
    yield body + "\n"
    if not end:
        yield _NO_END


def _name(path: str) -> str:
    """A name as git writes it: in quotes with octal bytes where it is not plain."""
    if not _ODD.search(path):
        return path
    told = "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\{byte:03o}"
        for byte in path.encode("utf-8", "surrogateescape")
    )
    return f'"{told}"'
