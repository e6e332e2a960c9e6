"""Decompression in blocks, under the limits: to a temporary file, so that it can be looked into."""

from __future__ import annotations

import bz2
import importlib
import lzma
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol, cast

from registrar.integrations.scanning.limits import MIB, Budget
from registrar.integrations.scanning.streams import BLOCK

_OUT = 256 * 1024
_IN_MEMORY = 4 * MIB
_SMALL = 256
_LZMA_MEMORY = 256 * MIB
FAULTS = (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, RuntimeError)
"""What the decompressors raise on bytes that are not theirs."""


class NotHereError(Exception):
    """A library that is needed is not installed; the message is the line that installs it."""


class Decompressor(Protocol):
    """What the decompressors of the standard library have in common."""

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes:
        """At most ``max_length`` bytes; what is left of ``data`` is kept."""

    @property
    def eof(self) -> bool:
        """Tell whether the end of the stream was met."""

    @property
    def unused_data(self) -> bytes | None:
        """What lies behind the end of the stream."""

    @property
    def needs_input(self) -> bool:
        """Tell whether it has used up what it was given."""


class _Zlib:
    """zlib, which hands back what it did not use, under the others' interface."""

    def __init__(self, bits: int) -> None:
        self._engine = zlib.decompressobj(bits)

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes:
        return self._engine.decompress(self._engine.unconsumed_tail + data, max_length)

    @property
    def eof(self) -> bool:
        return self._engine.eof

    @property
    def unused_data(self) -> bytes:
        return self._engine.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._engine.unconsumed_tail


def _lz4() -> Decompressor:
    try:
        frame = importlib.import_module("lz4.frame")
    except ImportError:
        raise NotHereError("python3 -m pip install lz4") from None
    return cast(Decompressor, frame.LZ4FrameDecompressor())


ENGINES: dict[str, Callable[[], Decompressor]] = {
    "deflate": lambda: _Zlib(-zlib.MAX_WBITS),
    "zlib": lambda: _Zlib(zlib.MAX_WBITS),
    "gzip": lambda: _Zlib(zlib.MAX_WBITS | 16),
    "bz2": bz2.BZ2Decompressor,
    "xz": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_LZMA_MEMORY),
    "lzma": lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_LZMA_MEMORY),
    "lz4": _lz4,
}


def expanded(stream: BinaryIO, size: int, kind: str, budget: Budget) -> tuple[BinaryIO, int]:
    """The content of a compressed stream as a temporary file, and its size.

    Streams behind one another are one, as gzip, bz2 and xz read them. Raises LimitError,
    NotHereError, and one of FAULTS where it is no whole stream of this kind.
    """
    import tempfile  # most files need none

    engine = ENGINES[kind]()
    out = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - given to the caller
    try:
        made = _expand(stream, size, kind, engine, out, budget)
    except BaseException:
        out.close()
        raise
    return cast(BinaryIO, out), made


def _expand(
    stream: BinaryIO, size: int, kind: str, engine: Decompressor, out: Any, budget: Budget
) -> int:
    stream.seek(0)
    made = read = 0
    data = b""
    while True:
        if not data and read < size and engine.needs_input:
            data = stream.read(min(BLOCK, size - read))
            read += len(data)
        content = engine.decompress(data, _OUT)
        budget.expand(len(content), made := made + len(content), read)
        out.write(content)
        data = b""
        if engine.eof:
            data = engine.unused_data or b""
            if not data and read >= size:
                return made
            engine = ENGINES[kind]()
        elif not content and read >= size:
            raise EOFError("the compressed bytes are broken off")


def beginning(stream: BinaryIO, size: int, kind: str) -> bytes:
    """What a reader of blocks gets from a stream before it meets what is broken in it."""
    out = bytearray()
    stream.seek(0)
    read = 0
    try:
        engine = ENGINES[kind]()
        while len(out) < MIB and read < min(size, MIB) and not engine.eof:
            data = stream.read(min(_SMALL, size - read))
            read += len(data)
            out += engine.decompress(data, MIB)
    except (*FAULTS, NotHereError):
        pass  # what came before is what counts
    return bytes(out)
