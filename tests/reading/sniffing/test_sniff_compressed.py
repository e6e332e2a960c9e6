"""Compressed files are looked into, at their head and no further."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import pickle
import random
import struct
import tarfile
import zlib

import pytest

from registrar.domain.formats import Format
from registrar.reading.sniffing import compressed, sniff
from registrar.reading.sniffing.lz4 import MAGIC, lz4_head


def lzma_alone(content: bytes) -> bytes:
    return lzma.compress(content, lzma.FORMAT_ALONE)


def lz4_stored(content: bytes) -> bytes:
    """A frame of one block that is stored as it is."""
    size = struct.pack("<L", len(content) | 1 << 31)
    return MAGIC + b"\x60\x40\x82" + size + content + b"\0" * 4


COMPRESSIONS = {
    "zlib": zlib.compress,
    "gzip": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lzma_alone,
    "lz4": lz4_stored,
}
MODEL = {"coef": [0.5] * 100, "classes": ["a", "b"]}


@pytest.mark.parametrize("kind", COMPRESSIONS)
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_compressed_pickle_is_joblib(kind, protocol, sniffed):
    found = sniffed(COMPRESSIONS[kind](pickle.dumps(MODEL, protocol)))
    assert found.format is Format.JOBLIB
    assert found.detail == f"{kind}-compressed pickle protocol {protocol}"


@pytest.mark.parametrize("kind", ["zlib", "gzip", "bz2", "xz", "lzma"])
@pytest.mark.parametrize("protocol", [0, 1])
def test_a_compressed_text_pickle_is_joblib(kind, protocol, format_of):
    assert format_of(COMPRESSIONS[kind](pickle.dumps(MODEL, protocol))) is Format.JOBLIB


@pytest.mark.parametrize("kind", COMPRESSIONS)
def test_a_large_compressed_pickle_is_told_by_its_head(kind, format_of):
    chance = random.Random(20261101)
    content = pickle.dumps([chance.randbytes(3000) for _ in range(500)])
    assert format_of(COMPRESSIONS[kind](content)) is Format.JOBLIB


@pytest.mark.parametrize("kind", COMPRESSIONS)
def test_a_call_in_a_compressed_pickle_is_not_run(kind, tmp_path, format_of):
    marker = tmp_path / "ran"

    class Caller:
        def __reduce__(self):
            return os.mkdir, (str(marker),)

    content = pickle.dumps(Caller())
    assert format_of(COMPRESSIONS[kind](content)) is Format.JOBLIB
    assert not marker.exists()
    pickle.loads(content)
    assert marker.exists(), "the attack does not work, so the test shows nothing"


@pytest.mark.parametrize("kind", COMPRESSIONS)
def test_a_compressed_tar_is_a_tar(kind, sniffed):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("model.pt")
        info.size = 5
        archive.addfile(info, io.BytesIO(b"12345"))
    found = sniffed(COMPRESSIONS[kind](out.getvalue()))
    assert (found.format, found.detail) == (Format.TAR, f"{kind}-compressed tar")


@pytest.mark.parametrize("kind", COMPRESSIONS)
@pytest.mark.parametrize(
    "content", [b"Plain text.\n" * 50, b'{"a": 1}', gzip.compress(b"x", mtime=0)]
)
def test_anything_else_compressed_is_unknown(kind, content, sniffed):
    found = sniffed(COMPRESSIONS[kind](content))
    assert (found.format, found.detail) == (Format.UNKNOWN, f"{kind}-compressed")


@pytest.mark.parametrize("kind", COMPRESSIONS)
def test_nothing_compressed_is_unknown(kind, format_of):
    if kind != "lz4":
        assert format_of(COMPRESSIONS[kind](b"")) is Format.UNKNOWN


@pytest.mark.parametrize("kind", COMPRESSIONS)
def test_what_is_cut_off_is_joblib_or_unknown(kind, formats_when_cut):
    content = COMPRESSIONS[kind](pickle.dumps(MODEL))
    assert formats_when_cut(content) <= {Format.JOBLIB, Format.UNKNOWN}


@pytest.mark.parametrize("kind", COMPRESSIONS)
def test_broken_bytes_never_raise(kind, format_of):
    content = COMPRESSIONS[kind](pickle.dumps(MODEL))
    chance = random.Random(20261101)
    for _ in range(200):
        broken = bytearray(content)
        broken[chance.randrange(3, len(broken))] = chance.randrange(256)
        assert format_of(bytes(broken)) in (Format.JOBLIB, Format.UNKNOWN)


@pytest.mark.parametrize("kind", ["zlib", "gzip", "bz2", "xz", "lzma"])
def test_a_bomb_is_read_only_at_its_head(kind, counting, monkeypatch):
    content = COMPRESSIONS[kind](b"\0" * 50_000_000)
    asked: list[int] = []
    real = compressed._decompressor

    class Watched:
        def __init__(self, engine):
            self.engine = engine

        @property
        def eof(self):
            return self.engine.eof

        def decompress(self, data, limit):
            asked.append(limit)
            return self.engine.decompress(data, limit)

    monkeypatch.setattr(compressed, "_decompressor", lambda kind: Watched(real(kind)))
    stream = counting(content, len(content))
    assert sniff(stream, len(content)).format is Format.UNKNOWN
    assert asked
    assert 0 < min(asked) <= max(asked) <= compressed.MAX_OUT
    assert stream.handed_out <= compressed.MAX_IN + 100_000


def test_a_header_without_end_is_read_to_a_bound(counting):
    length = 2**36
    stream = counting(b"\x1f\x8b\x08\x08" + b"\0" * 6 + b"n" * 9_000_000, length)
    assert sniff(stream, length).format is Format.UNKNOWN
    assert stream.handed_out < compressed.MAX_IN + 200_000


def test_a_dictionary_beyond_the_memory_limit_is_refused(sniffed):
    content = bytearray(lzma_alone(pickle.dumps(MODEL)))
    for size, expected in ((2**26, Format.JOBLIB), (2**28, Format.UNKNOWN)):
        content[1:5] = struct.pack("<L", size)
        assert sniffed(bytes(content)).format is expected


@pytest.mark.parametrize("kind", ["xz", "lzma"])
def test_memory_is_limited(kind, format_of, monkeypatch):
    content = COMPRESSIONS[kind](pickle.dumps(MODEL))
    assert format_of(content) is Format.JOBLIB
    monkeypatch.setattr(compressed, "_MEMORY", 1024 * 1024)
    assert format_of(content) is Format.UNKNOWN


@pytest.mark.parametrize(
    "content", [b"x^2 + y^2 = 1\n", b"BZh is a word\n", b"x\x9cnot zlib", b"\x1f\x8b\x08 no gzip"]
)
def test_what_only_begins_like_it_is_unknown_without_a_kind(content, sniffed):
    found = sniffed(content)
    assert (found.format, found.detail) == (Format.UNKNOWN, "")


def test_zstandard_is_named_and_not_looked_into(sniffed):
    found = sniffed(b"\x28\xb5\x2f\xfd\x04\x58" + b"\0" * 40)
    assert found.format is Format.UNKNOWN
    assert "zstandard" in found.detail


def lz4_frame(block: bytes, flags: int = 0x60, extra: bytes = b"") -> bytes:
    return MAGIC + bytes([flags, 0x40]) + extra + b"\x82" + struct.pack("<L", len(block)) + block


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (b"\x50hello", b"hello"),
        (b"\x14a\x01\x00\x10b", b"a" * 9 + b"b"),
        (b"\x21ab\x02\x00\x00", b"ab" + b"ababa"),
        (b"\x41abcd\x02\x00\x10.", b"abcd" + b"cdcdc" + b"."),
        (b"\xf0\x03" + b"x" * 18, b"x" * 18),
        (b"\x1fz\x01\x00\xff\x02\x10!", b"z" * (1 + 15 + 255 + 2 + 4) + b"!"),
        (b"\x50hel", b"hel"),
        (b"\x14a\x00\x00", None),
        (b"\x14a\x02\x00", None),
        (b"\x04\x01\x00", None),
        (b"", None),
        (b"\xf0\xff\xff", None),
    ],
)
def test_blocks_of_lz4_are_decoded(block, expected):
    assert lz4_head(lz4_frame(block), 10_000) == expected


def test_optional_parts_of_an_lz4_header_are_skipped():
    assert lz4_head(lz4_frame(b"\x50hello", 0x68, b"\0" * 8), 99) == b"hello"
    assert lz4_head(lz4_frame(b"\x50hello", 0x61, b"\0" * 4), 99) == b"hello"
    assert lz4_head(b"\x04\x22\x4d\x19" + b"\0" * 20, 99) is None
    assert lz4_head(MAGIC + b"\x60", 99) is None


def test_the_output_of_lz4_is_bounded():
    run = b"\x1fz\x01\x00" + b"\xff" * 60_000 + b"\x00\x10!"
    assert lz4_head(lz4_frame(run), 1000) == b"z" * 1000
    assert lz4_head(lz4_stored(b"abcdef"), 3) == b"abc"


def test_a_frame_of_the_reference_implementation_is_decoded():
    """Written by liblz4: ``lz4.frame.compress(content)``, and with a checksum, without a size."""
    content = b"".join(b"coef %d, " % (n * n % 17) for n in range(60))
    block = (
        "4d00000081636f656620302c2008001331080013340800133908002331360900133808001332080024313509"
        "001d330900041b00042c00043c00054d00045e00046e00047e000f8e00ff4b502031332c2000000000"
    )
    for header, checksum in (("6840f501000000000000c1", ""), ("6440a7", "c88f8fd0")):
        frame = bytes.fromhex("04224d18" + header + block + checksum)
        assert lz4_head(frame, 65_536) == content


def test_what_joblib_compresses_is_told(tmp_path, sniffed):
    joblib = pytest.importorskip("joblib", reason="joblib is not installed")
    numpy = pytest.importorskip("numpy", reason="NumPy is not installed")
    for kind in ("zlib", "gzip", "bz2", "xz", "lzma"):
        joblib.dump([numpy.ones(500), MODEL], tmp_path / "model", compress=(kind, 3))
        found = sniffed((tmp_path / "model").read_bytes())
        assert found.format is Format.JOBLIB
        assert found.detail.startswith(f"{kind}-compressed joblib")
