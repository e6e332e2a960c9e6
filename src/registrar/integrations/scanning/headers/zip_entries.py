"""The entries of a zip's directory with all their fields, and the extra fields in them.

Source: PKWARE's APPNOTE 4.3.12, 4.4.24, 4.5; Info-ZIP's extra fields.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.headers.troubles import BrokenError, byte, danger, quoted
from registrar.reading.sniffing.source import Source
from registrar.reading.sniffing.zip_directory import (
    MAX_DIRECTORY,
    MAX_MEMBERS,
    DirectoryError,
    locate,
    widened,
)

_ENTRY = struct.Struct("<4s6H3L5H2L")
_SIGNATURE = re.compile(rb"PK[\1\3\5\6\7][\2\4\6\7\x08]")
_UTF8 = 0x800
ZIP64, UNICODE_PATH = 1, 0x7075


@dataclass(frozen=True, slots=True)
class Entry:
    """One member as the directory tells of it."""

    raw: bytes
    """Its name as stored."""
    flags: int
    method: int
    crc: int
    packed: int
    """Bytes as they lie in the file."""
    size: int
    """Bytes that they unpack to."""
    mode: int
    """What Unix calls ``st_mode``; 0 where the writer did not say."""
    offset: int
    """Where its local header lies."""
    needs: int
    """Ten times the version of the format that a reader must know."""
    extra: bytes

    @property
    def name(self) -> str:
        """Its name; bytes that are not UTF-8 although they should be stand as surrogates."""
        if self.flags & _UTF8:
            return self.raw.decode("utf-8", "surrogateescape")
        return self.raw.decode("cp437")

    @property
    def shown(self) -> str:
        """Its name between quotes."""
        return f"member {quoted(self.raw if self.flags & _UTF8 else self.name)}"


def entries(source: Source) -> tuple[list[Entry], int]:
    """All entries in the directory's order, and where the directory begins.

    Raises BrokenError and TruncatedError, and DirectoryError for what ``locate`` refuses.
    """
    count, size, start = locate(source)
    if count > MAX_MEMBERS or size > MAX_DIRECTORY:
        hint = "pack fewer files; a tokenizer or a data set does not belong into the model"
        raise BrokenError(f"{count:,} members; {MAX_MEMBERS:,} are read", hint)
    source.go(start)
    directory = source.take(size)
    found = []
    position = 0
    while position < size:
        entry, after = _entry(directory, position, start)
        found.append(entry)
        position = after
    if len(found) != count:
        raise DirectoryError(
            f"its end announces {count:,} members, the directory has {len(found):,}"
        )
    return found, start


def _entry(directory: bytes, at: int, start: int) -> tuple[Entry, int]:
    if at + _ENTRY.size > len(directory):
        raise BrokenError(f"the directory breaks off at {byte(start + at)}")
    values = _ENTRY.unpack_from(directory, at)
    if values[0] != b"PK\x01\x02":
        raise BrokenError(f"no entry of the directory at {byte(start + at)}")
    name_at = at + _ENTRY.size
    extra_at = name_at + values[10]
    comment_at = extra_at + values[11]
    after = comment_at + values[12]
    if after > len(directory):
        raise BrokenError(f"the directory breaks off at {byte(start + at)}")
    if values[13]:
        raise DirectoryError(f"a member of another volume at {byte(start + at)}")
    if _SIGNATURE.search(directory, comment_at, after):
        raise DirectoryError(f"a comment with parts of a zip at {byte(start + at)}")
    extra = directory[extra_at:comment_at]
    size, packed, offset = widened(extra, (values[9], values[8], values[16]))
    raw = directory[name_at:extra_at]
    mode = values[15] >> 16
    needs = values[2] & 0xFF
    entry = Entry(raw, values[3], values[4], values[7], packed, size, mode, offset, needs, extra)
    return entry, after


def extra_fields(extra: bytes) -> list[tuple[int, bytes]] | None:
    """Kinds and contents of the extra fields; None where they are broken.

    Zeros at the end are padding, as tools that align members write it.
    """
    found: list[tuple[int, bytes]] = []
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 0 and not extra[at:].strip(b"\0"):
            return found
        if at + 4 + length > len(extra):
            return None
        found.append((kind, extra[at + 4 : at + 4 + length]))
        at += 4 + length
    return None if extra[at:].strip(b"\0") else found


def extra_faults(entry: Entry, extra: bytes, where: str) -> Iterator[Trouble]:
    """What two readers could make different things of in the extra fields of a header."""
    hint = "pack it again, with zip or zipfile"
    fields = extra_fields(extra)
    if fields is None:
        yield danger(f"{entry.shown} has broken extra fields in {where}", hint)
        return
    kinds = [kind for kind, _ in fields]
    if kinds.count(ZIP64) > 1:
        yield danger(f"{entry.shown} has two zip64 fields in {where}: readers differ", hint)
    for kind, content in fields:
        if kind == UNICODE_PATH and content[5:] != entry.name.encode("utf-8", "replace"):
            yield danger(
                f"{entry.shown} has another name in a field of {where}: {quoted(content[5:])}", hint
            )
