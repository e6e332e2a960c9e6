"""Gradient-boosted trees in text and UBJSON: xgboost, lightgbm."""

from __future__ import annotations

import re
from typing import BinaryIO

from registrar.domain.formats import Format
from registrar.reading.sniffing.sniffed import Sniffed

_XGBOOST_JSON = re.compile(rb'\s{0,16}\{\s{0,16}"(?:learner|version)"\s{0,16}:\s{0,16}[\[{]')


def sniff_trees(stream: BinaryIO, size: int, head: bytes) -> Sniffed | None:
    """Tell xgboost (JSON, UBJSON, legacy binary) and lightgbm (text)."""
    if head.startswith((b"tree\nversion=v", b"tree\r\nversion=v")):
        return Sniffed(Format.LIGHTGBM)
    if head.startswith(b"binf") and size > 64:
        return Sniffed(Format.XGBOOST, "legacy binary")
    if head.startswith(b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner"):
        return Sniffed(Format.XGBOOST, "UBJSON")
    if _XGBOOST_JSON.match(head) and b'"gradient_booster"' in head:
        return Sniffed(Format.XGBOOST, "JSON")
    return None
