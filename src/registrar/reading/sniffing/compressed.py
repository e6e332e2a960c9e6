"""Compressed files: only their head is decompressed, to see whether a pickle or a tar is inside.

``joblib.dump(compress=…)`` writes all of these forms but gives no sign that it was joblib, so
a compressed pickle is called ``joblib``: the one that reads it without being asked.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import Protocol

from registrar.domain.formats import Format
from registrar.reading.sniffing.archives import is_tar
from registrar.reading.sniffing.lz4 import MAGIC as LZ4_MAGIC
from registrar.reading.sniffing.lz4 import lz4_head
from registrar.reading.sniffing.pickles import sniff_pickle
from registrar.reading.sniffing.sniffed import Sniffed
from registrar.reading.sniffing.source import Source

MAX_OUT = 64 * 1024
MAX_IN = 1024 * 1024
"""A bzip2 block of 900 kB must be read whole before it gives its first byte."""
_CHUNK = 16 * 1024
_MEMORY = 128 * 1024 * 1024
_ZLIB_SECOND = frozenset(byte for byte in range(256) if (0x7800 + byte) % 31 == 0)
_ZSTANDARD = b"\x28\xb5\x2f\xfd"


class _Decompressor(Protocol):
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...

    @property
    def eof(self) -> bool: ...


def sniff_compressed(source: Source) -> Sniffed | None:
    """Tell a compressed pickle or tar; anything else compressed is unknown, by its kind."""
    kind = compression(source.head)
    if kind is None:
        return None
    if kind == "zstandard":
        return Sniffed(Format.UNKNOWN, detail="zstandard-compressed, not looked into")
    head = _head(source, kind)
    if head is None:
        return None
    content, whole = head
    if is_tar(content):
        return Sniffed(Format.TAR, detail=f"{kind}-compressed tar")
    inner = sniff_pickle(Source.of(content, source.effort), partial=not whole)
    if inner is not None:
        return Sniffed(Format.JOBLIB, detail=f"{kind}-compressed {inner.detail}")
    return Sniffed(Format.UNKNOWN, detail=f"{kind}-compressed")


def compression(head: bytes) -> str | None:
    """The kind of compression that the first bytes are a sign of; None for none that is known."""
    if head[:1] == b"x" and len(head) > 1 and head[1] in _ZLIB_SECOND:
        return "zlib"
    magics = {
        b"\x1f\x8b\x08": "gzip",
        b"BZh": "bz2",
        b"\xfd7zXZ\0": "xz",
        b"]\0\0": "lzma",
        LZ4_MAGIC: "lz4",
        _ZSTANDARD: "zstandard",
    }
    return next((kind for magic, kind in magics.items() if head.startswith(magic)), None)


def _decompressor(kind: str) -> _Decompressor:
    if kind in ("zlib", "gzip"):
        return zlib.decompressobj(zlib.MAX_WBITS | (16 if kind == "gzip" else 0))
    if kind == "bz2":
        return bz2.BZ2Decompressor()
    if kind == "xz":
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY)
    return lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_MEMORY)


def _head(source: Source, kind: str) -> tuple[bytes, bool] | None:
    """The first decompressed bytes, and whether these are all; None where there are none."""
    source.go(0)
    if kind == "lz4":
        content = lz4_head(source.rest(MAX_OUT), MAX_OUT)
        return None if content is None else (content, False)
    engine = _decompressor(kind)
    out = b""
    while len(out) < MAX_OUT and not engine.eof and source.position < min(source.size, MAX_IN):
        chunk = source.rest(_CHUNK)
        try:
            out += engine.decompress(chunk, MAX_OUT - len(out))
        except (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError):
            break
    return (out, engine.eof) if out else None
