"""Text of documents inside HTML, as forges render it within Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from registrar.formats.escape import escape

_MAX_TEXT = 1_000
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
_TABLE = str.maketrans(_ENTITIES)


def code(text: str) -> str:
    """Text that is shown as it is, cut where it is long, and acts on nothing.

    In ``<code>`` forges look for no mention, reference, address or emoji.
    """
    text = escape(text[: _MAX_TEXT + 1])
    text = text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 1]}…"
    return f"<code>{text.translate(_TABLE)}</code>"


def within(items: Iterable[str], room: int) -> list[str]:
    """The first items that take no more than ``room`` bytes in UTF-8; the others are not made."""
    shown = []
    for item in items:
        room -= len(item.encode("utf-8")) + 1
        if room < 0:
            break
        shown.append(item)
    return shown
