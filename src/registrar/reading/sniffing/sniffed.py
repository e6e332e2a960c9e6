"""What sniffing answers, and bounded reading of hostile streams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from registrar.domain.formats import Format

HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A format found by content.

    ``external`` are the locations of an ONNX model's external data; ``detail`` is for people.
    """

    format: Format
    detail: str = ""
    external: tuple[str, ...] = ()


def read_at(stream: BinaryIO, offset: int, length: int) -> bytes:
    """At most ``length`` bytes from an offset."""
    stream.seek(offset)
    return stream.read(length)
