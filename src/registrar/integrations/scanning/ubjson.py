"""UBJSON, as XGBoost writes its models: values in values, read to the last byte.

Source: Universal Binary JSON, draft 12, and ``UBJReader`` of XGBoost, which knows no no-op.
"""

from __future__ import annotations

from dataclasses import dataclass

from registrar.reading.sniffing.source import Source

_MAX_DEPTH = 64
_WIDTHS = {
    **dict.fromkeys(b"ZTF", 0),
    **dict.fromkeys(b"iUC", 1),
    **dict.fromkeys(b"I", 2),
    **dict.fromkeys(b"ld", 4),
    **dict.fromkeys(b"LD", 8),
}
_INTEGERS = frozenset(b"iUIlL")
_TEXTS = frozenset(b"SH")
_ARRAY, _OBJECT, _TYPE, _COUNT = b"[{$#"
_ENDS = {_ARRAY: ord("]"), _OBJECT: ord("}")}


class UbjsonError(Exception):
    """The bytes are no UBJSON; the message says where."""


@dataclass(slots=True)
class _Open:
    """An array or object that is not at its end."""

    kind: int
    left: int | None
    """Values to come; None where an end is written."""


def check_ubjson(source: Source) -> None:
    """Walk over one value to the end of the source; raises UbjsonError and TruncatedError."""
    source.go(0)
    open_: list[_Open] = []
    _value(source, source.byte(), open_)
    while open_:
        inner = open_[-1]
        if inner.left == 0:
            open_.pop()
            continue
        marker = source.byte()
        if inner.left is not None:
            inner.left -= 1
        elif marker == _ENDS[inner.kind]:
            open_.pop()
            continue
        if inner.kind == _OBJECT:
            source.skip(_length(source, marker))
            marker = source.byte()
        _value(source, marker, open_)
    if source.position != source.size:
        raise UbjsonError(f"{source.size - source.position:,} bytes behind its end")


def _value(source: Source, marker: int, open_: list[_Open]) -> None:
    """Pass over a value, or open it."""
    if marker in _WIDTHS:
        source.skip(_WIDTHS[marker])
    elif marker in _TEXTS:
        source.skip(_length(source, source.byte()))
    elif marker in _ENDS:
        _container(source, marker, open_)
    else:
        raise UbjsonError(f"no value at byte {source.position - 1:,}")


def _container(source: Source, kind: int, open_: list[_Open]) -> None:
    if len(open_) >= _MAX_DEPTH:
        raise UbjsonError(f"more than {_MAX_DEPTH} values in one another")
    marker = source.byte()
    if marker == _TYPE:
        inner = source.byte()
        if kind == _OBJECT or inner not in _WIDTHS or source.byte() != _COUNT:
            raise UbjsonError(f"no typed array at byte {source.position:,}")
        source.skip(_WIDTHS[inner] * _length(source, source.byte()))
    elif marker == _COUNT:
        open_.append(_Open(kind, _length(source, source.byte())))
    else:
        source.position -= 1
        open_.append(_Open(kind, None))


def _length(source: Source, marker: int) -> int:
    if marker not in _INTEGERS:
        raise UbjsonError(f"no length at byte {source.position - 1:,}")
    width = _WIDTHS[marker]
    length = int.from_bytes(source.take(width), "big", signed=marker != ord("U"))
    if length < 0:
        raise UbjsonError(f"a length below 0 at byte {source.position:,}")
    return length
