"""Formats by content, never by name: an explicit table of families, the surest first."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from registrar.domain.formats import Format
from registrar.reading.sniffing.archives import sniff_archive
from registrar.reading.sniffing.compressed import sniff_compressed
from registrar.reading.sniffing.headers import sniff_header
from registrar.reading.sniffing.onnx import sniff_protobuf
from registrar.reading.sniffing.pickles import sniff_pickle
from registrar.reading.sniffing.sniffed import HEAD, Sniffed, read_at
from registrar.reading.sniffing.trees import sniff_trees

__all__ = ("Sniffed", "sniff")

_FAMILIES: tuple[Callable[[BinaryIO, int, bytes], Sniffed | None], ...] = (
    sniff_header,
    sniff_archive,
    sniff_compressed,
    sniff_trees,
    sniff_pickle,
    sniff_protobuf,
)


def sniff(stream: BinaryIO, size: int) -> Sniffed:
    """Find the format of a seekable stream of ``size`` bytes; ``unknown`` where none is sure."""
    head = read_at(stream, 0, HEAD)
    for family in _FAMILIES:
        found = family(stream, size, head)
        if found is not None:
            return found
    return Sniffed(Format.UNKNOWN)
