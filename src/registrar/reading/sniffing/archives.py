"""Archives: the many formats that are a zip, and tar.

Sources: ``torch.save`` (``<name>/data.pkl``), ``torch.jit.save`` (with ``constants.pkl`` and
``code/``), ``numpy.savez``, skops (``schema.json``), Keras 3 (``config.json``), POSIX ustar.
"""

from __future__ import annotations

from collections.abc import Sequence

from registrar.domain.formats import Format
from registrar.reading.sniffing.headers import is_object_array, npy_header
from registrar.reading.sniffing.sniffed import Sniffed
from registrar.reading.sniffing.source import Source, TruncatedError
from registrar.reading.sniffing.zip_directory import (
    END,
    LOCAL,
    DirectoryError,
    Member,
    head,
    members,
)

_NPY_HEAD = 4096
_MAX_ARRAYS = 10_000
_SCHEMA_HEAD = 4096
_BLOCK = 512


def sniff_zip(source: Source) -> Sniffed | None:
    """Tell what a zip that begins at the first byte is, by the names of its members.

    What could run code is told first, whatever else lies beside it. A zip that two readers
    could read differently is unknown, with the reason as its detail.
    """
    if source.head[:4] not in (LOCAL, END):
        return None
    try:
        found = members(source)
        return _by_members(source, found)
    except DirectoryError as error:
        return Sniffed(Format.UNKNOWN, detail=f"zip: {error}")
    except TruncatedError:
        return Sniffed(Format.UNKNOWN, detail="zip: broken off")


def _by_members(source: Source, found: Sequence[Member]) -> Sniffed:
    names = {member.name for member in found}
    torch = _torch(names)
    if torch is not None:
        return torch
    by_name = {member.name: member for member in found}
    if b"config.json" in names and names & {b"metadata.json", b"model.weights.h5"}:
        return Sniffed(Format.KERAS)
    if b"schema.json" in names and _is_skops(source, by_name[b"schema.json"]):
        return Sniffed(Format.SKOPS)
    if names and all(name.endswith(b".npy") for name in names) and len(names) <= _MAX_ARRAYS:
        return _arrays(source, found)
    return Sniffed(Format.ZIP, detail=f"{len(names)} members")


def _torch(names: set[bytes]) -> Sniffed | None:
    for name in sorted(names):
        folder, slash, base = name.rpartition(b"/")
        if base != b"data.pkl" or b"/" in folder:
            continue
        top = folder + slash
        has_code = any(other.startswith(top + b"code/") for other in names)
        script = top + b"constants.pkl" in names and has_code
        return Sniffed(Format.TORCHSCRIPT if script else Format.PYTORCH)
    return None


def _is_skops(source: Source, schema: Member) -> bool:
    start = head(source, schema, _SCHEMA_HEAD) or b""
    return start.lstrip()[:1] == b"{" and b'"__class__"' in start


def _arrays(source: Source, found: Sequence[Member]) -> Sniffed:
    for member in found:
        start = head(source, member, _NPY_HEAD)
        header = None if start is None else npy_header(start)
        if header is None:
            return Sniffed(Format.ZIP, detail="members named .npy that are none")
        if is_object_array(header):
            return Sniffed(Format.PICKLE, detail="npz with object arrays, which are pickles")
    return Sniffed(Format.NPZ, detail=f"{len(found)} arrays")


def sniff_tar(source: Source) -> Sniffed | None:
    """Tell a tar by the checksum of its first header."""
    return Sniffed(Format.TAR) if is_tar(source.head) else None


def is_tar(start: bytes) -> bool:
    """Tell whether the first block is a tar header with a right checksum."""
    block = start[:_BLOCK]
    if len(block) < _BLOCK or not block[0]:
        return False
    written = block[148:156].split(b"\0", 1)[0].strip(b" ")
    if not written or written.strip(b"01234567"):
        return False
    return int(written, 8) == sum(block) - sum(block[148:156]) + 8 * ord(" ")
