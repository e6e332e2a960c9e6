"""Pickles of every protocol, joblib files and legacy PyTorch files; nothing is unpickled."""

from __future__ import annotations

import pickletools
from typing import BinaryIO

from registrar.domain.formats import Format
from registrar.reading.sniffing.sniffed import Sniffed, read_at

_LEGACY_TORCH = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
_JOBLIB = (b"joblib.numpy_pickle", b"NumpyArrayWrapper", b"NDArrayWrapper")
_MAX_OPCODES = 200_000
_WINDOW = 1024 * 1024
_OPCODES = {opcode.code: opcode for opcode in pickletools.opcodes}
_TEXT_STARTS = frozenset(b"(]}cIFLSVNgpt0l.d)")
_FIXED = {  # length of arguments that are not lines and carry no length of their own
    "uint1": 1,
    "uint2": 2,
    "int4": 4,
    "uint4": 4,
    "uint8": 8,
    "float8": 8,
}
_COUNTED = {  # arguments that begin with their length
    "string1": 1,
    "string4": 4,
    "bytes1": 1,
    "bytes4": 4,
    "bytes8": 8,
    "bytearray8": 8,
    "unicodestring1": 1,
    "unicodestring4": 4,
    "unicodestring8": 8,
    "long1": 1,
    "long4": 4,
}
_LINES = {"stringnl": 1, "decimalnl_short": 1, "decimalnl_long": 1, "floatnl": 1}
_LINES |= {"stringnl_noescape": 1, "stringnl_noescape_pair": 2, "unicodestringnl": 1}


def sniff_pickle(stream: BinaryIO, size: int, head: bytes) -> Sniffed | None:
    """Tell pickle, joblib and legacy PyTorch; None for everything else."""
    binary = len(head) >= 2 and head[0] == 0x80 and head[1] <= 5
    if not binary and (not head or head[0] not in _TEXT_STARTS):
        return None
    if binary and _LEGACY_TORCH in head[:32]:
        return Sniffed(Format.PYTORCH, "legacy PyTorch file")
    joblib, whole = _walk(stream, size)
    protocol = head[1] if binary else 0
    if joblib:
        return Sniffed(Format.JOBLIB, f"joblib file, pickle protocol {protocol}")
    # a binary pickle announces itself; text that merely begins like one must also end like one
    if whole or (binary and len(head) > 2 and chr(head[2]) in _OPCODES):
        return Sniffed(Format.PICKLE, f"pickle protocol {protocol}" if binary else "text pickle")
    return None


def _walk(stream: BinaryIO, size: int) -> tuple[bool, bool]:
    """Walk opcodes: (a joblib array was met, STOP was the last byte)."""
    at = 0
    window = _Window(stream)
    for _ in range(_MAX_OPCODES):
        code = window.get(at, 1)
        opcode = _OPCODES.get(code.decode("latin-1")) if code else None
        if opcode is None:
            return False, False
        if opcode.name == "STOP":
            return False, at + 1 == size
        length = _argument(window, at + 1, opcode.arg)
        if length is None or at + 1 + length > size:
            return False, False
        if 0 < length < 256 and any(word in window.get(at + 1, length) for word in _JOBLIB):
            return True, False
        at += 1 + length
    return False, False


def _argument(
    window: _Window, at: int, descriptor: pickletools.ArgumentDescriptor | None
) -> int | None:
    """The length of an opcode's argument in bytes; None where it is cut off."""
    if descriptor is None:
        return 0
    name = descriptor.name
    if name in _FIXED:
        return _FIXED[name]
    if name in _COUNTED:
        width = _COUNTED[name]
        raw = window.get(at, width)
        return width + int.from_bytes(raw, "little") if len(raw) == width else None
    length = 0
    for _ in range(_LINES[name]):
        line = window.line(at + length)
        if line is None:
            return None
        length += line
    return length


class _Window:
    """Bytes of a stream by offset, read in large pieces."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._start = 0
        self._bytes = read_at(stream, 0, _WINDOW)

    def get(self, at: int, length: int) -> bytes:
        """At most ``length`` bytes, fewer at the end of the stream."""
        if not self._start <= at <= at + length <= self._start + len(self._bytes):
            self._start = at
            self._bytes = read_at(self._stream, at, _WINDOW)
        return self._bytes[at - self._start : at - self._start + length]

    def line(self, at: int) -> int | None:
        """Length of the line at an offset, its end included; lines are at most 64 KiB."""
        found = self.get(at, 65536 if at + 65536 <= self._start + len(self._bytes) else 1)
        found = self._bytes[at - self._start : at - self._start + 65536]
        end = found.find(b"\n")
        return end + 1 if end >= 0 else None
