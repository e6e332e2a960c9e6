"""Edits of a text in place: what they do not name stays as it is, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from registrar.domain.findings import Edit
from registrar.domain.places import Span

_MARK = "\ufeff"


class MisfitError(ValueError):
    """An edit whose span is not in the text, or edits that are in each other's way."""


def edited(raw: bytes, edits: Iterable[Edit]) -> bytes:
    """Apply the edits of one file, from its end to its beginning.

    A byte order mark and the line ends that are there stay; new lines end as the line does that
    they are put at. Raises MisfitError for spans that are not in the text or that touch each
    other, UnicodeDecodeError for bytes that are not UTF-8.
    """
    text = raw.decode("utf-8")
    mark = _MARK if text.startswith(_MARK) else ""
    text = text.removeprefix(_MARK)
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    ordered = sorted(edits, key=lambda edit: _ends(edit.span), reverse=True)
    for later, earlier in pairwise(ordered):
        if touch(later.span, earlier.span):
            raise MisfitError(f"two edits touch on line {later.span.line}")
    for edit in ordered:
        begin, end = (_offset(lines, starts, *place) for place in _ends(edit.span))
        if begin > end:
            raise MisfitError(f"a span ends before it begins, on line {edit.span.line}")
        new = edit.text.replace("\r\n", "\n").replace("\n", _line_end(lines, edit.span.line))
        text = text[:begin] + new + text[end:]
    return (mark + text).encode("utf-8")


def touch(one: Span, other: Span) -> bool:
    """Tell whether two spans overlap, or meet: then the order of their edits would matter."""
    (begin, end), (first, last) = _ends(one), _ends(other)
    return begin <= last and first <= end


def _ends(span: Span) -> tuple[tuple[int, int], tuple[int, int]]:
    return (span.line, span.column), (span.end_line, span.end_column)


def _offset(lines: list[str], starts: list[int], line: int, column: int) -> int:
    if not 1 <= line <= len(lines):
        raise MisfitError(f"there is no line {line}")
    whole = lines[line - 1]
    visible = len(whole.removesuffix("\r")) if line < len(lines) else len(whole)
    if not 1 <= column <= len(whole) + 1:
        raise MisfitError(f"there is no column {column} on line {line}")
    return starts[line - 1] + min(column - 1, visible)


def _line_end(lines: list[str], line: int) -> str:
    """The end of a line; of the last one, which has none, that of the line before."""
    with_end = lines[:-1]
    if not with_end:
        return "\n"
    return "\r\n" if with_end[min(line, len(with_end)) - 1].endswith("\r") else "\n"
