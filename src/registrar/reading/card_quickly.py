"""Quick answers about plainly written cards, which most are.

Whether their tables agree with the metrics file, and where their links lead; ``card_tables`` and
``links`` look at everything else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from registrar.reading.card import Card

SECTION = "evaluation metrics"
_MOST = 100
"""Metrics files with more values are looked at slowly."""
_KEY = re.compile(r"[A-Za-z0-9]+(?:[._ -][A-Za-z0-9]+)*")
_FIGURE = re.compile(r"[0-9]+\.([0-9]+)")
_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")
_AFTER = re.compile(r"\]\(([^)\s]*)")
_ABSOLUTE = re.compile(r"(?:https?://|mailto:|#)[^\\]*")


def tables_plainly_agree(card: Card, measured: Mapping[str, float]) -> bool:
    """Tell quickly that no figure contradicts: a yes is sure, a no means look closer."""
    if not measured or "|" not in card.text:
        return True
    text = card.quick_text(SECTION)
    if text is None or "|" not in text:
        return text is not None
    if "%" in text or len(measured) > _MOST:
        return False
    return all(_agrees(row, measured) for row in text.split("\n") if "|" in row)


def _agrees(row: str, measured: Mapping[str, float]) -> bool:
    """Tell that a row speaks about no metric, or of its only one in plain, right figures."""
    key, *cells = (cell.strip(" `*") for cell in row.strip(" ").removeprefix("|").split("|"))
    if not key.strip("-:"):
        return True
    if not _KEY.fullmatch(key):
        return False
    end = f".{key}"
    values = [value for path, value in measured.items() if path == key or path.endswith(end)]
    if not values:
        return True
    if len(values) > 1:
        return False
    return all(_right(cell, values[0]) for cell in cells)


def _right(cell: str, value: float) -> bool:
    plain = _FIGURE.fullmatch(cell)
    if plain is None:
        return not any(map(str.isdigit, cell))
    return cell == f"{value:.{len(plain[1])}f}"


def only_plain_targets(text: str) -> list[str] | None:
    """All relative targets of a card, if they are plainly written; None: look closer.

    There may be fewer links than targets (in code, say), never more: without definitions and
    HTML every link has ``](`` before its target.
    """
    if "](" not in text:
        return [] if "]:" not in text and "<" not in text else None
    if "]:" in text or "<" in text:
        return None
    targets = [t for t in _AFTER.findall(text) if not _ABSOLUTE.fullmatch(t)]
    return targets if all(map(_PATH.fullmatch, targets)) else None
