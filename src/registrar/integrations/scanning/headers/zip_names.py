"""Names and kinds of the members of a zip: what unpacking would do outside, or to one another."""

from __future__ import annotations

import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator

from registrar.domain.paths import path_fault
from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.headers.troubles import danger, unread
from registrar.integrations.scanning.headers.zip_entries import Entry

MAX_DEPTH = 64
_STRAY = re.compile("[\udc80-\udcff]")
"""Bytes that are not UTF-8, as ``Entry.name`` gives them."""
_AGAIN = "pack it again from a folder of plain files"
_KINDS = (0, stat.S_IFREG, stat.S_IFDIR)


def name_faults(entries: Iterable[Entry]) -> Iterator[Trouble]:
    """What is wrong with names, one by one and beside each other."""
    seen: dict[str, Entry] = {}
    for entry in entries:
        yield from _alone(entry)
        key = _key(entry.name)
        first = seen.setdefault(key, entry)
        if first is not entry:
            same = first.raw == entry.raw
            yield danger(
                f"{entry.shown} stands twice: readers differ in which one they take"
                if same
                else f"{entry.shown} and {first.shown} are one name on some systems",
                _AGAIN,
            )
    files = {key for key, entry in seen.items() if not entry.name.endswith("/")}
    for key, entry in seen.items():
        parts = key.split("/")
        if len(parts) > MAX_DEPTH:
            yield danger(f"{entry.shown} lies more than {MAX_DEPTH} folders deep", _AGAIN)
        elif any("/".join(parts[:count]) in files for count in range(1, len(parts))):
            yield danger(f"{entry.shown} lies in a folder that is a file as well", _AGAIN)


def _key(name: str) -> str:
    """What is the same for names that fall together on some file system."""
    folded = unicodedata.normalize("NFC", name).casefold()
    return unicodedata.normalize("NFC", folded).removesuffix("/")


def _alone(entry: Entry) -> Iterator[Trouble]:
    name = entry.name
    if not name.isascii() and _STRAY.search(name):
        yield unread(f"{entry.shown} has a name that should be UTF-8 and is not", _AGAIN)
        return
    fault = path_fault(unicodedata.normalize("NFC", name))
    if fault is not None:
        fault = fault.replace("the entry", "its folder")
        yield danger(f"{entry.shown} has a name that {fault}", _AGAIN)
    kind = stat.S_IFMT(entry.mode)
    if kind == stat.S_IFLNK:
        yield danger(f"{entry.shown} is a symbolic link", _AGAIN)
    elif kind not in _KINDS:
        yield danger(f"{entry.shown} is no plain file", _AGAIN)
    elif name.endswith("/") and entry.size:
        yield danger(f"{entry.shown} is a folder with content", _AGAIN)
