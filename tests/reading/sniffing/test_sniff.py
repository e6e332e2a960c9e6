"""All that is no model at all, and the table of sniffers."""

from __future__ import annotations

import io
import random

import pytest

from registrar.domain.formats import Format
from registrar.reading.sniffing import SNIFFERS, Sniffed, sniff

TEXT = b"tree\nversion=v4\nnum_class=1\n"


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 9, 64, 511, 512, 513, 5000, 70_000])
def test_random_bytes_are_unknown(size, format_of):
    chance = random.Random(size)
    for _ in range(30):
        assert format_of(chance.randbytes(size)) is Format.UNKNOWN


@pytest.mark.parametrize("byte", range(256))
def test_one_byte_repeated_is_unknown(byte, format_of):
    for size in (1, 2, 100, 9000):
        assert format_of(bytes([byte]) * size) is Format.UNKNOWN


def test_a_size_that_is_no_longer_true_never_raises():
    for claimed in (-1, 0, 5, 10**6):
        for content in (b"", TEXT, b"PK\x05\x06" + b"\0" * 18):
            assert isinstance(sniff(io.BytesIO(content), claimed), Sniffed)


def test_an_error_of_the_stream_passes_through():
    class Broken(io.BytesIO):
        def read(self, count: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        sniff(Broken(TEXT), len(TEXT))


def test_pickles_are_asked_first():
    assert SNIFFERS[0].__name__ == "sniff_pickle"
    assert len(set(SNIFFERS)) == len(SNIFFERS)
