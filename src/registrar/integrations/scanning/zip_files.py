"""Zips: every member is looked at by its content, whatever its name says."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.decompressing import FAULTS, expanded
from registrar.integrations.scanning.parts import (
    Judge,
    Part,
    dangerous,
    named,
    unread,
    without_links,
)
from registrar.integrations.scanning.streams import BLOCK, window
from registrar.integrations.scanning.torch_files import MAX_NOTE, NOTES, look_pickle
from registrar.reading.sniffing.source import Source, TruncatedError
from registrar.reading.sniffing.zip_directory import LOCAL, DirectoryError, Member, members

_METHODS = {8: "deflate", 12: "bz2"}
_AGAIN = "write the zip again"


class MemberError(Exception):
    """A member cannot be read; the message says why."""


def look_zip(judge: Judge, part: Part) -> Iterator[Trouble]:
    """All members; those that PyTorch reads as raw storages only by their size."""
    try:
        found = members(Source(part.stream, part.size))
    except (DirectoryError, TruncatedError) as error:
        yield unread(f"the zip: {error or 'it is broken off'}", _AGAIN)
        return
    raw: dict[str, int] = {}
    tops = [name for member in found if (name := _torch_pickle(member)) is not None]
    for member in found:
        judge.budget.member()
        name = member.name.decode("utf-8", "backslashreplace")
        if fault := without_links(name):
            yield dangerous(f"{name[:120]}: {fault}")
        if name in tops:
            yield from named(name, _torch(judge, part, member, name, raw))
    for member in found:
        name = member.name.decode("utf-8", "backslashreplace")
        if name not in tops and not (name.endswith("/") and not member.packed):
            yield from _member(judge, part, member, name, raw, tops)
    for name in raw.keys() - {member.name.decode("utf-8", "backslashreplace") for member in found}:
        yield unread(f"{name[:120]}: a storage that is not there", _AGAIN)


def _torch_pickle(member: Member) -> str | None:
    folder, _, base = member.name.rpartition(b"/")
    if base != b"data.pkl" or b"/" in folder:
        return None
    return member.name.decode("utf-8", "backslashreplace")


def _torch(
    judge: Judge, part: Part, member: Member, name: str, raw: dict[str, int]
) -> Iterator[Trouble]:
    """The pickle of ``torch.save``; notes the storages that it names in ``raw``."""
    try:
        stream, size = opened(judge, part, member)
    except MemberError as error:
        yield unread(str(error), _AGAIN)
        return
    run, found = look_pickle(judge, part.inner(name, stream, size))
    yield from (*run.troubles, *found.troubles)
    top = name.removesuffix("data.pkl")
    raw.update({f"{top}data/{key}": bytes for key, bytes in found.sizes.items()})


def _member(
    judge: Judge, part: Part, member: Member, name: str, raw: dict[str, int], tops: list[str]
) -> Iterator[Trouble]:
    try:
        stream, size = opened(judge, part, member)
    except MemberError as error:
        yield unread(f"{name[:120]}: {error}", _AGAIN)
        return
    if name in raw:
        if size != raw[name]:
            yield unread(f"{name[:120]}: a storage of another size than its tensors say", _AGAIN)
        return
    note = any(name == top.removesuffix("data.pkl") + known for top in tops for known in NOTES)
    if note and size <= MAX_NOTE:
        return
    yield from judge.inside(part.inner(name, stream, size))


def opened(judge: Judge, part: Part, member: Member) -> tuple[BinaryIO, int]:
    """The content of a member and its size; raises MemberError and LimitError.

    A stored member is a window of the zip; another is decompressed to a temporary file.
    """
    start = _start(part, member)
    packed = window(part.stream, start, member.packed)
    if member.method == 0:
        if member.size != member.packed:
            raise MemberError("its two sizes disagree")
        return packed, member.packed
    kind = _METHODS.get(member.method)
    if kind is None:
        raise MemberError(f"compressed by method {member.method}, which is not read")
    try:
        stream, size = expanded(packed, member.packed, kind, judge.budget)
    except FAULTS as error:
        raise MemberError(f"it cannot be decompressed: {error!s:.120}") from None
    if size != member.size or _checksum(stream) != member.checksum:
        raise MemberError("its size or checksum is another than the directory says")
    return stream, size


def _start(part: Part, member: Member) -> int:
    """Where the bytes of a member begin; raises MemberError where its headers disagree."""
    part.stream.seek(member.offset)
    local = part.stream.read(30)
    names, extra = int.from_bytes(local[26:28], "little"), int.from_bytes(local[28:30], "little")
    if local[:4] != LOCAL or part.stream.read(names) != member.name:
        raise MemberError("its local header disagrees with the directory")
    if member.encrypted:
        raise MemberError("it is encrypted")
    if int.from_bytes(local[8:10], "little") != member.method:
        raise MemberError("its local header disagrees with the directory")
    start = member.offset + 30 + names + extra
    if start + member.packed > part.size:
        raise MemberError("it is broken off")
    return start


def _checksum(stream: BinaryIO) -> int:
    stream.seek(0)
    found = 0
    while block := stream.read(BLOCK):
        found = zlib.crc32(block, found)
    return found
