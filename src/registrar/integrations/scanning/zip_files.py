"""Members of zips: each is looked at by its content, whatever its name says.

The structure of the zip is the affair of ``headers.zips``; here it is only unpacked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.decompressing import FAULTS, expanded
from registrar.integrations.scanning.headers.troubles import BrokenError
from registrar.integrations.scanning.headers.zip_entries import Entry, entries
from registrar.integrations.scanning.parts import Judge, Part, named
from registrar.integrations.scanning.streams import window
from registrar.integrations.scanning.torch_files import MAX_NOTE, NOTES, look_pickle
from registrar.integrations.scanning.words import unread
from registrar.reading.sniffing.source import Source, TruncatedError
from registrar.reading.sniffing.zip_directory import LOCAL, DirectoryError

_METHODS = {8: "deflate", 12: "bz2"}
_AGAIN = "write the zip again"
_TORCH = "data.pkl"


class MemberError(Exception):
    """A member cannot be read; the message says why."""


def look_members(judge: Judge, part: Part) -> Iterator[Trouble]:
    """All members; those that PyTorch reads as raw storages only by their size."""
    try:
        found, _ = entries(Source(part.stream, part.size))
    except (DirectoryError, TruncatedError, BrokenError) as error:
        yield unread(f"its members cannot be read: {error!s:.200}", _AGAIN)
        return
    tops = {entry.name for entry in found if _is_torch(entry.name)}
    raw: dict[str, int] = {}
    for entry in found:
        judge.budget.member()
        if entry.name in tops:
            yield from named(entry.name, _torch(judge, part, entry, raw))
    notes = {top.removesuffix(_TORCH) + note for top in tops for note in NOTES}
    for entry in found:
        folder = entry.name.endswith("/") and not entry.size
        if entry.name not in tops and not folder:
            yield from _member(judge, part, entry, raw, notes)
    for name in sorted(raw.keys() - {entry.name for entry in found}):
        yield from named(name, iter([unread("a storage that is not there", _AGAIN)]))


def _is_torch(name: str) -> bool:
    folder, _, base = name.rpartition("/")
    return base == _TORCH and "/" not in folder


def _torch(judge: Judge, part: Part, entry: Entry, raw: dict[str, int]) -> Iterator[Trouble]:
    """The pickle of ``torch.save``; notes the storages that it names in ``raw``."""
    try:
        stream, size = opened(judge, part, entry)
    except MemberError as error:
        yield unread(str(error), _AGAIN)
        return
    with stream:
        run, found = look_pickle(judge, part.inner(entry.name, stream, size))
    yield from (*run.troubles, *found.troubles)
    top = entry.name.removesuffix(_TORCH)
    raw.update({f"{top}data/{key}": size for key, size in found.sizes.items()})


def _member(
    judge: Judge, part: Part, entry: Entry, raw: dict[str, int], notes: set[str]
) -> Iterator[Trouble]:
    if entry.name in raw and entry.method == 0:
        if entry.size != raw[entry.name]:
            what = "a storage of another size than its tensors say"
            yield from named(entry.name, iter([unread(what, _AGAIN)]))
        return
    if entry.name in notes and entry.size <= MAX_NOTE:
        return
    try:
        stream, size = opened(judge, part, entry)
    except MemberError as error:
        yield from named(entry.name, iter([unread(str(error), _AGAIN)]))
        return
    with stream:
        yield from judge.inside(part.inner(entry.name, stream, size))


def opened(judge: Judge, part: Part, entry: Entry) -> tuple[BinaryIO, int]:
    """The content of a member and its size; raises MemberError and LimitError.

    A stored member is a window of the zip; another is decompressed to a temporary file.
    """
    part.stream.seek(entry.offset)
    local = part.stream.read(30)
    start = entry.offset + 30 + sum(int.from_bytes(local[at : at + 2], "little") for at in (26, 28))
    if local[:4] != LOCAL or start + entry.packed > part.size:
        raise MemberError("it is not where the directory says")
    if entry.flags & 0x41:
        raise MemberError("it is encrypted")
    packed = window(part.stream, start, entry.packed)
    if entry.method == 0:
        return packed, entry.packed
    kind = _METHODS.get(entry.method)
    if kind is None:
        raise MemberError(f"packed by method {entry.method}, which is not read")
    try:
        return expanded(packed, entry.packed, kind, judge.budget)
    except FAULTS as error:
        raise MemberError(f"it cannot be unpacked: {error!s:.120}") from None
