"""A maker of zips whose every field can be made to lie."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import Any

DEFLATED, STORED = 8, 0
Fields = dict[str, Any]


@dataclass
class Part:
    """A member; ``local`` and ``central`` override what its headers say, by field."""

    name: bytes
    data: bytes = b"data"
    method: int = STORED
    local: Fields = field(default_factory=dict)
    central: Fields = field(default_factory=dict)
    behind: bytes = b""
    """Written behind its bytes, such as a data descriptor."""
    packed: bytes | None = None
    """Its bytes as they lie in the file, where they are not what the data packs to."""
    listed: bool = True
    written: bool = True
    """False: it stands in the directory alone."""


def deflate(data: bytes) -> bytes:
    made = zlib.compressobj(9, zlib.DEFLATED, -15)
    return made.compress(data) + made.flush()


def zipped(
    *parts: Part,
    comment: bytes = b"",
    prefix: bytes = b"",
    between: bytes = b"",
    end: Fields | None = None,
) -> bytes:
    """The whole zip; ``between`` stands before its directory, ``end`` overrides its last record."""
    body, directory = prefix, b""
    for part in parts:
        packed = part.packed
        if packed is None:
            packed = part.data if part.method == STORED else deflate(part.data)
        offset = len(body)
        told: Fields = {
            "name": part.name,
            "flags": 0,
            "method": part.method,
            "crc": zlib.crc32(part.data),
        }
        told |= {"packed": len(packed), "size": len(part.data), "extra": b"", "comment": b""}
        told |= {"needs": 20, "mode": 0o100644, "offset": offset, "disk": 0}
        local, central = told | part.local, told | part.central
        if part.listed:
            directory += entry(central)
        if not part.written:
            continue
        body += struct.pack("<4s5H3L2H", b"PK\3\4", 20, local["flags"], local["method"], 0, 0x21,
            local["crc"], local["packed"], local["size"], len(local["name"]), len(local["extra"]))  # fmt: skip
        body += local["name"] + local["extra"] + packed + part.behind
    start = len(body) + len(between)
    listed = sum(part.listed for part in parts)
    last: Fields = {"count": listed, "size": len(directory), "start": start, "length": len(comment)}
    last |= end or {}
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, last["count"], last["count"], last["size"],
        last["start"], last["length"])  # fmt: skip
    return body + between + directory + tail + comment


def entry(told: Fields) -> bytes:
    return (
        struct.pack("<4s6H3L5H2L", b"PK\1\2", 3 << 8 | 20, told["needs"], told["flags"], told["method"], 0, 0x21,
            told["crc"], told["packed"], told["size"], len(told["name"]), len(told["extra"]),
            len(told["comment"]), told["disk"], 0, told["mode"] << 16, told["offset"])
        + told["name"] + told["extra"] + told["comment"]
    )  # fmt: skip


def descriptor(part: Part, signed: bool = True, wide: bool = False) -> bytes:
    packed = part.data if part.method == STORED else deflate(part.data)
    form = "<L2Q" if wide else "<3L"
    made = struct.pack(form, zlib.crc32(part.data), len(packed), len(part.data))
    return (b"PK\7\x08" if signed else b"") + made


def streamed(name: bytes, data: bytes, method: int = DEFLATED, **how: bool) -> Part:
    """A member as a writer leaves it that cannot go back: sizes behind its bytes."""
    part = Part(name, data, method)
    flags: Fields = {"flags": 8}
    zeros: Fields = {"crc": 0, "packed": 0, "size": 0}
    return Part(name, data, method, flags | zeros, flags, descriptor(part, **how))


def extra(kind: int, content: bytes) -> bytes:
    return struct.pack("<2H", kind, len(content)) + content


def two_ends(first: bytes, second: bytes) -> bytes:
    """A zip64 whose locator leads to one directory, and whose neighbour of the locator to another.

    Both directories list one member; ``first`` is where the locator leads.
    """
    parts = []
    body = b""
    for name in (first, second):
        member = zipped(Part(name, name))
        at = member.index(b"PK\1\2")
        parts.append((len(body), member[at : member.index(b"PK\5\6")]))
        body += member[:at]
    records = []
    for offset, raw in parts:
        directory = raw[:42] + struct.pack("<L", offset) + raw[46:]
        start = len(body)
        body += directory
        records.append(len(body))
        body += struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(directory), start)
    body += struct.pack("<4sLQL", b"PK\6\7", 0, records[0], 1)
    return body + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, *[0xFFFFFFFF] * 2, 0)
