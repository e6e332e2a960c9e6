"""A walk over a pickle is bounded, whatever its arguments claim."""

from __future__ import annotations

import pickle

from registrar.domain.formats import Format
from registrar.reading.sniffing import pickles, sniff
from registrar.reading.sniffing.pickles import sniff_pickle
from registrar.reading.sniffing.source import Source


def test_a_pickle_without_end_is_read_to_a_bound(counting):
    content = b"\x80\x04" + b"]0" * pickles.MAX_OPCODES + b"N."
    stream = counting(content, len(content))
    found = sniff(stream, len(content))
    assert found.format is Format.PICKLE
    assert found.detail.endswith("not read to its end")
    assert stream.handed_out < pickles.MAX_OPCODES + 100_000


def test_large_arguments_are_skipped_and_not_read(counting):
    length = 2**40
    content = b"\x80\x04B\xf0\xff\xff\xff"
    stream = counting(content, length)
    assert sniff(stream, length).format is Format.UNKNOWN
    assert stream.handed_out < 1_000_000


def test_a_line_without_end_is_searched_to_a_bound(counting, monkeypatch):
    monkeypatch.setattr(pickles, "MAX_LINES", 100_000)
    length = 2**40
    stream = counting(b"\x80\x02V" + b"a" * 1000, length)
    assert sniff(stream, length).format is Format.PICKLE
    assert stream.handed_out < 300_000
    stream = counting(b"Value" + b"a" * 1000, length)
    assert sniff(stream, length).format is Format.UNKNOWN


def test_a_part_of_a_pickle_is_enough_where_only_a_part_is_here():
    content = pickle.dumps({"coef": [0.5, -1.25], "bias": 7}, 4)
    part = content[: len(content) // 2]
    assert sniff_pickle(Source.of(part)) is None
    found = sniff_pickle(Source.of(part), partial=True)
    assert found is not None
    assert found.format is Format.PICKLE
    assert sniff_pickle(Source.of(b"\x80\x04"), partial=True) is None
    assert sniff_pickle(Source.of(b"Some text"), partial=True) is None
