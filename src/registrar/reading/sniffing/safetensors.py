"""safetensors: the length of a JSON header, the header, the tensors, and nothing else.

Source: the format description of safetensors: at most 100 MB of header, offsets without holes
and without overlap, from the end of the header to the end of the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from registrar.domain.formats import Format
from registrar.reading.sniffing.sniffed import Sniffed
from registrar.reading.sniffing.source import Source

SPECIFIED_HEADER = 100_000_000
MAX_HEADER = 8 * 1024 * 1024
"""What is read of the 100 MB that the format allows: some 60,000 tensors."""


def sniff_safetensors(source: Source) -> Sniffed | None:
    """Tell safetensors by its whole header; raises TruncatedError where it is cut off."""
    if source.head[8:9] != b"{":
        return None
    source.go(0)
    length = source.number(8)
    if length > SPECIFIED_HEADER or length < 2:
        return None
    if length > MAX_HEADER:
        return Sniffed(Format.UNKNOWN, detail="safetensors? its header is too long to be read")
    try:
        header = json.loads(source.take(length))
    except (ValueError, RecursionError):
        return None
    spans = sorted(_spans(header))
    end = 0
    for start, after in spans:
        if start != end or after < start:
            return None
        end = after
    if len(spans) != len(header.keys() - {"__metadata__"}) or 8 + length + end != source.size:
        return None
    return Sniffed(Format.SAFETENSORS, detail=f"{len(spans)} tensors")


def _spans(header: dict[str, object]) -> Iterator[tuple[int, int]]:
    """The offsets of each tensor that is described well."""
    for name, tensor in header.items():
        if name == "__metadata__" or not isinstance(tensor, dict):
            continue
        offsets = tensor.get("data_offsets")
        described = isinstance(tensor.get("dtype"), str) and isinstance(tensor.get("shape"), list)
        if described and isinstance(offsets, list) and [type(o) for o in offsets] == [int, int]:
            yield offsets[0], offsets[1]
