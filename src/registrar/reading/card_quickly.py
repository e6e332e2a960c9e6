"""A quick yes to: do the tables of a card agree with the metrics file?

It knows plain rows of plain figures; ``card_tables`` looks at everything else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from registrar.reading.card import Card

SECTION = "evaluation metrics"
_MOST = 100
"""Metrics files with more values are looked at slowly."""
_KEY = re.compile(r"[A-Za-z0-9]+(?:[._ -][A-Za-z0-9]+)*")
_PLAIN = re.compile(r"[0-9]+\.([0-9]+)")


def tables_plainly_agree(card: Card, measured: Mapping[str, float]) -> bool:
    """Tell quickly that no figure contradicts: a yes is sure, a no means look closer."""
    if not measured:
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
    if key.isascii() and not any(map(str.isalnum, key)):
        return "_" not in key and "[" not in key
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
    plain = _PLAIN.fullmatch(cell)
    if plain is None:
        return not any(map(str.isdigit, cell))
    return cell == f"{value:.{len(plain[1])}f}"
