"""The usual compressions: only their first bytes are unpacked."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from typing import BinaryIO

from registrar.domain.formats import Format
from registrar.reading.sniffing.archives import sniff_archive
from registrar.reading.sniffing.pickles import sniff_pickle
from registrar.reading.sniffing.sniffed import HEAD, Sniffed, read_at

_OUT = 64 * 1024
_LZ4 = b"\x04\x22\x4d\x18"
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


def sniff_compressed(stream: BinaryIO, size: int, head: bytes) -> Sniffed | None:
    """joblib files and tar archives behind gzip, bz2, xz, lzma or zlib; lz4 by its magic."""
    if head.startswith(_LZ4):
        return Sniffed(Format.JOBLIB, "lz4-compressed, as joblib writes it")
    name, inner = _unpack(read_at(stream, 0, HEAD))
    if not inner:
        return None
    content = io.BytesIO(inner)
    if sniff_archive(content, len(inner), inner):
        return Sniffed(Format.TAR, f"{name}-compressed tar")
    found = sniff_pickle(content, len(inner), inner)
    if found is not None:
        return Sniffed(Format.JOBLIB, f"{name}-compressed {found.detail or 'pickle'}")
    return None


def _unpack(packed: bytes) -> tuple[str, bytes]:
    """The name of the compression and at most 64 KiB of what is inside."""
    try:
        if packed.startswith(b"\x1f\x8b"):
            return "gzip", zlib.decompressobj(31).decompress(packed, _OUT)
        if packed.startswith(_ZLIB):
            return "zlib", zlib.decompressobj().decompress(packed, _OUT)
        if packed.startswith(b"BZh"):
            return "bz2", bz2.BZ2Decompressor().decompress(packed, _OUT)
        if packed.startswith(b"\xfd7zXZ\x00"):
            return "xz", _lzma(lzma.FORMAT_XZ, packed)
        if packed.startswith(b"\x5d\x00"):
            return "lzma", _lzma(lzma.FORMAT_ALONE, packed)
    except (zlib.error, OSError, EOFError, lzma.LZMAError, ValueError):
        return "", b""
    return "", b""


def _lzma(kind: int, packed: bytes) -> bytes:
    return lzma.LZMADecompressor(kind, memlimit=256 * 1024 * 1024).decompress(packed, _OUT)
