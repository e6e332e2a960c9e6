"""Formats that say in their first bytes what they are."""

from __future__ import annotations

import json
import struct
from typing import BinaryIO

from registrar.domain.formats import Format
from registrar.reading.sniffing.sniffed import Sniffed, read_at

_MAX_SAFETENSORS_HEADER = 100 * 1000 * 1000
_KNOWN_HEADER = 1024 * 1024
_GGUF_VERSIONS = (1, 2, 3)


def sniff_header(stream: BinaryIO, size: int, head: bytes) -> Sniffed | None:
    """gguf, npy, hdf5, tflite and safetensors by their headers."""
    if head.startswith(b"GGUF") and len(head) >= 24:
        version = struct.unpack("<I", head[4:8])[0]
        if version in _GGUF_VERSIONS:
            return Sniffed(Format.GGUF, f"GGUF version {version}")
    if head.startswith(b"\x93NUMPY") and len(head) >= 10 and head[6] in (1, 2, 3):
        return Sniffed(Format.NPY)
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return Sniffed(Format.HDF5)
    if head[4:8] == b"TFL3" and size >= 16:
        return Sniffed(Format.TFLITE)
    return _safetensors(stream, size, head)


def _safetensors(stream: BinaryIO, size: int, head: bytes) -> Sniffed | None:
    """A length, then a JSON mapping of tensors; https://huggingface.co/docs/safetensors."""
    if len(head) < 10 or head[8:9] != b"{":
        return None
    length = struct.unpack("<Q", head[:8])[0]
    if length > min(size - 8, _MAX_SAFETENSORS_HEADER):
        return None
    if length > _KNOWN_HEADER:
        last = read_at(stream, 8 + length - 1, 1)
        return Sniffed(Format.SAFETENSORS) if last in (b"}", b" ") else None
    try:
        header = json.loads(read_at(stream, 8, length))
    except (ValueError, RecursionError):
        return None
    tensors = [value for key, value in header.items() if key != "__metadata__"]
    if all(isinstance(t, dict) and t.keys() >= {"dtype", "shape", "data_offsets"} for t in tensors):
        return Sniffed(Format.SAFETENSORS, f"{len(tensors)} tensors")
    return None
