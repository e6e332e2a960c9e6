"""Models of boosted trees: XGBoost (JSON, UBJSON, its old binary form) and LightGBM's text.

Sources: ``doc/model.schema`` and ``src/learner.cc`` of XGBoost; ``GBDT::SaveModelToString`` of
LightGBM.
"""

from __future__ import annotations

import re

from registrar.domain.formats import Format
from registrar.reading.sniffing.sniffed import Sniffed
from registrar.reading.sniffing.source import Source, TruncatedError

_TAIL = 256
_PARAMETERS = 136
"""Bytes of LearnerModelParam before the two names in XGBoost's binary form."""
_BOOSTERS = (b"gbtree", b"gblinear", b"dart")
_JSON_HEAD = re.compile(rb'[ \t\r\n]{0,64}\{[ \t\r\n]{0,64}"(?:learner|version)"[ \t\r\n]{0,64}:')
_JSON_LEARNER = re.compile(rb'"learner"[ \t\r\n]{0,64}:[ \t\r\n]{0,64}\{')
_JSON_VERSION = re.compile(rb'"version"\s{0,64}:\s{0,64}\[\s{0,64}\d{1,4}\s{0,64},')
_JSON_PARTS = (b'"learner_model_param"', b'"gradient_booster"', b'"attributes"', b'"feature_names"')
_UBJ_HEAD = re.compile(rb"\{(?:L\0{7}|l\0{3}|I\0|[iU])\x07(?:learner\{|version\[)", re.DOTALL)
_LIGHTGBM = re.compile(rb"tree\r?\nversion=v\d{1,3}\r?\nnum_class=\d{1,9}\r?\n")


def sniff_xgboost(source: Source) -> Sniffed | None:
    """Tell XGBoost's JSON, UBJSON or old binary form by its beginning and its end."""
    start = source.head
    if _UBJ_HEAD.match(start) and _is_ubj(start, _tail(source)):
        return Sniffed(Format.XGBOOST, detail="UBJSON")
    if _JSON_HEAD.match(start) and _is_json(start, _tail(source)):
        return Sniffed(Format.XGBOOST, detail="JSON")
    if _is_binary(source):
        return Sniffed(Format.XGBOOST, detail="old binary form")
    return None


def begins_as_xgboost(start: bytes) -> bool:
    """Tell the beginning of XGBoost's JSON or UBJSON, whatever has become of the rest."""
    learner = _JSON_HEAD.match(start) and _JSON_LEARNER.search(start)
    parts = any(part in start for part in _JSON_PARTS)
    return bool(learner and parts) or bool(_UBJ_HEAD.match(start) and b"\x07learner{" in start)


def _is_ubj(start: bytes, tail: bytes) -> bool:
    both = start + tail
    return b"\x07learner{" in start and b"\x07version[" in both and tail.endswith(b"}")


def _is_json(start: bytes, tail: bytes) -> bool:
    versioned = _JSON_VERSION.search(start) or _JSON_VERSION.search(tail)
    learner = _JSON_LEARNER.search(start)
    parts = any(part in start for part in _JSON_PARTS)
    return bool(versioned and learner and parts) and tail.rstrip().endswith(b"}")


def _tail(source: Source) -> bytes:
    source.go(max(0, source.size - _TAIL))
    return source.rest(_TAIL)


def _is_binary(source: Source) -> bool:
    """Tell the form without keys: parameters, then the names of objective and booster."""
    try:
        source.go(_PARAMETERS + (4 if source.head[:4] == b"binf" else 0))
        objective, booster = _name(source), _name(source)
    except TruncatedError:
        return False
    return objective.replace(b":", b"").isalnum() and booster in _BOOSTERS


def _name(source: Source) -> bytes:
    length = source.number(8)
    return source.take(length) if length <= 64 else b""


def sniff_lightgbm(source: Source) -> Sniffed | None:
    """Tell LightGBM's text by its first three lines."""
    return Sniffed(Format.LIGHTGBM) if _LIGHTGBM.match(source.head) else None
