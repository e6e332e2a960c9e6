"""Boosted trees, and all that is no model at all."""

from __future__ import annotations

import json
import struct

import pytest

from registrar.domain.formats import Format

LEARNER = {
    "attributes": {},
    "feature_names": ["a", "b"],
    "gradient_booster": {"name": "gbtree", "model": {}},
    "learner_model_param": {"base_score": "5E-1"},
}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("padding", [0, 50_000])
def test_json_of_xgboost_is_told(indent, padding, sniffed):
    learner = LEARNER | {"objective": {"name": "x" * padding}}
    for document in (
        {"learner": learner, "version": [3, 0, 0]},
        {"version": [1, 7, 6], "learner": learner},
    ):
        found = sniffed(json.dumps(document, indent=indent).encode() + b"\n")
        assert (found.format, found.detail) == (Format.XGBOOST, "JSON")


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"learner": LEARNER},
        {"version": [1, 7, 6]},
        {"learner": {}, "version": [1, 7, 6]},
        {"learner": "me", "version": [1, 7, 6]},
        {"learner": LEARNER, "version": "1.7.6"},
        {"name": "me", "learner": LEARNER, "version": [1, 7, 6]},
        [{"learner": LEARNER, "version": [1, 7, 6]}],
    ],
)
def test_other_json_is_unknown(document, format_of):
    assert format_of(json.dumps(document).encode()) is Format.UNKNOWN


def test_json_of_xgboost_that_is_cut_off_is_none(format_of):
    content = json.dumps({"learner": LEARNER, "version": [3, 0, 0]}).encode()
    assert format_of(content[:-1]) is Format.UNKNOWN
    assert format_of(content[:-20]) is Format.UNKNOWN


def ubj(length: bytes) -> bytes:
    learner = b"{" + length + b"\x07learner{L" + b"\0" * 8 + b"}"
    return learner + length + b"\x07version[#L" + b"\0" * 7 + b"\x03i\3i\0i\0}"


@pytest.mark.parametrize("length", [b"L" + b"\0" * 7, b"l\0\0\0", b"I\0", b"i", b"U"])
def test_ubjson_of_xgboost_is_told(length, sniffed):
    found = sniffed(ubj(length))
    assert (found.format, found.detail) == (Format.XGBOOST, "UBJSON")
    assert sniffed(ubj(length)[:-1]).format is Format.UNKNOWN
    assert sniffed(ubj(length).replace(b"version", b"Version")).format is Format.UNKNOWN
    assert sniffed(ubj(length).replace(b"learner", b"teacher")).format is Format.UNKNOWN


def old(objective: bytes = b"binary:logistic", booster: bytes = b"gbtree") -> bytes:
    names = b"".join(struct.pack("<Q", len(name)) + name for name in (objective, booster))
    return struct.pack("<fIi", 0.5, 4, 0).ljust(136, b"\0") + names + b"\0" * 40


def test_the_old_binary_form_of_xgboost_is_told(sniffed, formats_when_cut):
    for content in (old(), b"binf" + old(), old(b"reg:squarederror", b"dart")):
        found = sniffed(content)
        assert (found.format, found.detail) == (Format.XGBOOST, "old binary form")
        assert formats_when_cut(content[:-40]) == {Format.UNKNOWN}


@pytest.mark.parametrize(
    "content",
    [
        old(b""),
        old(b"not text\0"),
        old(booster=b"forest"),
        old(b"a" * 65),
        old()[:136] + struct.pack("<Q", 2**63) + old()[144:],
    ],
)
def test_other_binary_is_unknown(content, format_of):
    assert format_of(content) is Format.UNKNOWN


LIGHT = b"tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\n"


def test_text_of_lightgbm_is_told(format_of):
    assert format_of(LIGHT) is Format.LIGHTGBM
    assert format_of(LIGHT.replace(b"\n", b"\r\n")) is Format.LIGHTGBM
    assert format_of(LIGHT.replace(b"v4", b"v2")) is Format.LIGHTGBM


@pytest.mark.parametrize(
    "content",
    [
        b"tree\n",
        b"tree\nversion=v4\n",
        b"tree\nversion=4\nnum_class=1\n",
        b"tree\nversion=v4\nnum_class=one\n",
        b" " + LIGHT,
        b"A tree\nversion=v4\nnum_class=1\n",
    ],
)
def test_other_text_is_unknown(content, format_of):
    assert format_of(content) is Format.UNKNOWN
