"""A source reads what is there, and never leaves it."""

from __future__ import annotations

import io

import pytest

from registrar.reading.sniffing.source import WINDOW, Source, TruncatedError


def test_a_source_reads_what_is_there_and_no_more():
    content = bytes(range(256)) * 200
    source = Source.of(content)
    assert source.head == content[:WINDOW]
    source.go(40_000)
    assert source.take(3) == content[40_000:40_003]
    assert source.byte() == content[40_003]
    assert source.number(2) == int.from_bytes(content[40_004:40_006], "little")
    source.go(0)
    assert source.take(20_000) == content[:20_000]
    source.go(len(content) - 3)
    assert source.rest(10) == content[-3:]
    assert source.rest(10) == b""
    source.go(WINDOW - 1)
    assert bytes(source.byte() for _ in range(3)) == content[WINDOW - 1 : WINDOW + 2]


@pytest.mark.parametrize("move", [-1, 51])
def test_a_source_does_not_leave_its_bytes(move):
    source = Source.of(b"x" * 50)
    with pytest.raises(TruncatedError):
        source.go(move)
    source.go(50)
    for read in (source.byte, lambda: source.take(1), lambda: source.skip(1)):
        with pytest.raises(TruncatedError):
            read()


def test_a_source_does_not_read_beyond_its_size():
    source = Source(io.BytesIO(b"x" * 100), 50)
    assert source.head == b"x" * 50
    source.go(45)
    with pytest.raises(TruncatedError):
        source.take(10)


def test_lines_of_a_source():
    source = Source.of(b"one\n" + b"x" * 20_000 + b"\n\nlast")
    assert source.line(10, 100) == b"one"
    assert source.line(5, 100_000) == b"xxxxx"
    assert source.line(5, 100) == b""
    assert source.position == 20_006
    with pytest.raises(TruncatedError):
        source.line(5, 100)
    source.go(4)
    with pytest.raises(TruncatedError):
        source.line(5, 100)
    assert source.position <= 104
