"""Tars: every regular file is looked at by its content; links and devices are refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.parts import Judge, Part, named, without_links
from registrar.integrations.scanning.streams import BLOCK, window
from registrar.integrations.scanning.words import dangerous, unread

if TYPE_CHECKING:
    import tarfile

_AGAIN = "write the tar again, of regular files alone"


def look_tar(judge: Judge, part: Part) -> Iterator[Trouble]:
    """All members of an uncompressed tar, and nothing but zeros behind them."""
    import tarfile

    part.stream.seek(0)
    end = 0
    try:
        with tarfile.open(fileobj=part.stream, mode="r:") as archive:
            while (member := archive.next()) is not None:
                archive.members = []  # type: ignore[attr-defined]  # it would grow with the file
                judge.budget.member()
                yield from named(member.name, _faults(part, member))
                yield from _content(judge, part, member)
                end = archive.offset
    except (tarfile.TarError, ValueError, UnicodeError, RecursionError, OSError) as error:
        yield unread(f"the tar: {error!s:.120}", _AGAIN)
        return
    if not _only_zeros(part, end):
        yield unread("bytes behind the end of the tar were not read", _AGAIN)


def _faults(part: Part, member: tarfile.TarInfo) -> Iterator[Trouble]:
    """What is wrong with a member, whatever it holds."""
    if fault := without_links(member.name):
        yield dangerous(fault)
    if member.isdir():
        return
    if member.issym() or member.islnk():
        yield dangerous("a link, which may lead anywhere", _AGAIN)
    elif not member.isreg() or member.issparse():
        yield dangerous("no regular file", _AGAIN)
    elif member.offset_data + member.size > part.size:
        yield unread("it is broken off", _AGAIN)


def _content(judge: Judge, part: Part, member: tarfile.TarInfo) -> Iterator[Trouble]:
    """What is wrong with the content of a regular file that is all here."""
    whole = member.offset_data + member.size <= part.size
    if member.isreg() and not member.issparse() and whole:
        stream = window(part.stream, member.offset_data, member.size)
        yield from judge.inside(part.inner(member.name, stream, member.size))


def _only_zeros(part: Part, start: int) -> bool:
    part.stream.seek(start)
    left = part.size - start
    while left > 0:
        block = part.stream.read(min(BLOCK, left))
        if not block or block.strip(b"\0"):
            return False
        left -= len(block)
    return True
