"""A small writer of GGUF, after ggml's docs/gguf.md: no library of it is installed here."""

from __future__ import annotations

import struct
from typing import Any

U8, I8, U16, I16, U32, I32, F32, BOOL, STRING, ARRAY, U64, I64, F64 = range(13)
_PACK = {U8: "B", I8: "b", U16: "H", I16: "h", U32: "I", I32: "i", F32: "f", BOOL: "?"} | {
    U64: "Q", I64: "q", F64: "d"
}  # fmt: skip
Pair = tuple[str | bytes, int, Any]
Tensor = tuple[str | bytes, tuple[int, ...], int, int]


def text(value: str | bytes, order: str = "<") -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack(order + "Q", len(raw)) + raw


def value(kind: int, content: Any, order: str = "<") -> bytes:
    """A value; an array is given as (type of its items, items)."""
    if kind == STRING:
        return text(content, order)
    if kind == ARRAY:
        of, items = content
        head = struct.pack(order + "IQ", of, len(items))
        return head + b"".join(value(of, item, order) for item in items)
    return struct.pack(order + _PACK[kind], content)


def gguf(
    pairs: list[Pair],
    tensors: list[Tensor],
    data: bytes = b"",
    version: int = 3,
    alignment: int = 32,
    counts: tuple[int, int] | None = None,
    order: str = "<",
) -> bytes:
    """A file; tensors are given as (name, shape, type, offset), data as it stands."""
    of_tensors, of_pairs = counts or (len(tensors), len(pairs))
    made = b"GGUF" + struct.pack(order + "IQQ", version, of_tensors, of_pairs)
    for key, kind, content in pairs:
        made += text(key, order) + struct.pack(order + "I", kind) + value(kind, content, order)
    for name, shape, kind, offset in tensors:
        made += text(name, order) + struct.pack(order + "I", len(shape))
        made += struct.pack(f"{order}{len(shape)}QIQ", *shape, kind, offset)
    if tensors or data:
        made += bytes(-len(made) % alignment)
    return made + data
