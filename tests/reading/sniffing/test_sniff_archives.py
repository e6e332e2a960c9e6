"""A zip is told by its members, and refused where two readers could see two of them."""

from __future__ import annotations

import io
import random
import struct
import zipfile

import pytest

from registrar.domain.formats import Format
from registrar.reading.sniffing import archives, sniff, zip_directory
from registrar.reading.sniffing.source import Source


def zipped(
    members: dict[str, bytes], method: int = zipfile.ZIP_STORED, comment: bytes = b""
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.comment = comment
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def npy(descr: str = "'<f4'", shape: str = "(2,)", data: bytes = b"\0" * 8) -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


TORCH = {"archive/data.pkl": b"\x80\x02}.", "archive/version": b"3\n", "archive/data/0": b"\0" * 8}
SCRIPT = TORCH | {"archive/constants.pkl": b"\x80\x02).", "archive/code/__torch__.py": b"class M"}
SCHEMA = b'{\n  "__class__": "Pipeline",\n  "__module__": "sklearn.pipeline"\n}'
SKOPS = {"1.npy": npy(), "schema.json": SCHEMA}
KERAS = {"metadata.json": b"{}", "config.json": b"{}", "model.weights.h5": b"\x89HDF"}
KINDS = [
    (TORCH, Format.PYTORCH),
    ({"data.pkl": b"x", "version": b"3"}, Format.PYTORCH),
    (TORCH | {"archive/constants.pkl": b""}, Format.PYTORCH),
    (TORCH | {"archive/code/m.py": b""}, Format.PYTORCH),
    (TORCH | {"other/constants.pkl": b"", "other/code/m.py": b""}, Format.PYTORCH),
    (SCRIPT, Format.TORCHSCRIPT),
    (SKOPS, Format.SKOPS),
    (KERAS, Format.KERAS),
    ({"config.json": b"", "metadata.json": b""}, Format.KERAS),
    ({"a.npy": npy(), "b.npy": npy("'<i8'", "()", b"\0" * 8)}, Format.NPZ),
    (SKOPS | TORCH, Format.PYTORCH),
    (KERAS | TORCH, Format.PYTORCH),
    ({"schema.json": b"[]"}, Format.ZIP),
    ({"schema.json": b'{"type": "object"}'}, Format.ZIP),
    ({"config.json": b"{}"}, Format.ZIP),
    ({"a/b/data.pkl": b""}, Format.ZIP),
    ({"data.pkl/x": b""}, Format.ZIP),
    ({"a.npy": npy(), "b.txt": b""}, Format.ZIP),
    ({"a.npy": b"not an array"}, Format.ZIP),
    ({"a.npy": b""}, Format.ZIP),
    ({"model.onnx": b"\x08\x0a"}, Format.ZIP),
    ({}, Format.ZIP),
]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize(("members", "expected"), KINDS)
def test_a_zip_is_told_by_its_members(members, expected, method, format_of):
    assert format_of(zipped(members, method)) is expected
    assert format_of(zipped(members, method, comment=b"by hand")) is expected


@pytest.mark.parametrize(("members", "expected"), KINDS)
def test_a_zip_that_is_cut_off_is_unknown(members, expected, formats_when_cut):
    assert formats_when_cut(zipped(members)) == {Format.UNKNOWN}


@pytest.mark.parametrize("descr", ["'|O'", "'O'", "[('a', '<f4'), ('b', '|O')]"])
def test_an_npz_with_objects_is_a_pickle(descr, sniffed):
    content = zipped({"a.npy": npy(), "b.npy": npy(descr, data=b"\x80\x04N.")})
    found = sniffed(content)
    assert found.format is Format.PICKLE
    assert "object" in found.detail


def test_members_of_another_compression_are_no_arrays(format_of):
    assert format_of(zipped({"a.npy": npy()}, zipfile.ZIP_LZMA)) is Format.ZIP
    assert format_of(zipped(SKOPS, zipfile.ZIP_BZIP2)) is Format.ZIP


def test_encrypted_members_are_no_arrays(format_of):
    content = bytearray(zipped({"a.npy": npy()}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert format_of(bytes(content)) is Format.ZIP


def test_a_broken_stream_is_no_array(format_of):
    content = zipped({"a.npy": npy(data=bytes(range(8)))}, zipfile.ZIP_DEFLATED)
    at = content.index(b"a.npy") + 5
    assert format_of(content[:at] + b"\xff" * 8 + content[at + 8 :]) is Format.ZIP


def test_a_bomb_is_read_only_at_its_head(counting):
    content = zipped({"a.npy": npy(data=b"\0" * 30_000_000)}, zipfile.ZIP_DEFLATED)
    stream = counting(content, len(content))
    assert sniff(stream, len(content)).format is Format.NPZ
    assert stream.handed_out < 200_000


def test_a_name_that_stands_twice_is_refused(sniffed):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.npy", npy())
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.npy", npy("'|O'"))
    found = sniffed(out.getvalue())
    assert (found.format, found.detail) == (Format.UNKNOWN, "zip: a name stands twice")


def test_a_local_header_of_another_name_is_refused(sniffed):
    content = zipped({"a.npy": npy()}).replace(b"a.npy", b"b.npy", 1)
    found = sniffed(content)
    assert (found.format, "local header" in found.detail) == (Format.UNKNOWN, True)


@pytest.mark.parametrize("members", [TORCH, SKOPS, {"a.npy": npy()}])
def test_bytes_around_a_zip_are_refused(members, sniffed):
    content = zipped(members)
    assert zipfile.is_zipfile(io.BytesIO(b"#!/bin/sh\n" + content)), "no attack to speak of"
    assert sniffed(b"#!/bin/sh\n" + content).format is Format.UNKNOWN
    assert sniffed(zipped({"x": b""})[:30] + content).format is Format.UNKNOWN
    assert "behind" in sniffed(content + b"\0").detail
    assert sniffed(content + content).format is Format.UNKNOWN


def test_a_member_that_the_directory_hides_is_refused(sniffed):
    out = io.BytesIO(zipped({"x": b""})[:31])
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("a.npy", npy())
    assert out.getvalue().startswith(b"PK\x03\x04")
    assert sniffed(out.getvalue()).detail == "zip: bytes before the first member"


def test_a_second_directory_is_refused(format_of):
    content = zipped({"a.npy": npy()})
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    twice = content[:end] + content[start:end] + content[end:]
    assert format_of(twice) is Format.UNKNOWN


def test_an_end_inside_the_comment_is_refused(format_of):
    hidden = zipped({"x": b""})
    assert format_of(zipped(TORCH, comment=hidden)) is Format.UNKNOWN


def patched(content: bytes, offset: int, value: bytes) -> bytes:
    at = content.rindex(b"PK\x05\x06") + offset
    return content[:at] + value + content[at + len(value) :]


@pytest.mark.parametrize(
    ("offset", "value", "words"),
    [
        (4, b"\x01\x00", "volumes"),
        (6, b"\x01\x00", "volumes"),
        (8, b"\x09\x00", "volumes"),
        (8, b"\x09\x00\x09\x00", "as many members"),
        (12, b"\xff\xff\xff\x7f", "between"),
        (12, b"\x00\x00\x00\x00", "between"),
        (16, b"\x00\x00\x00\x00", "between"),
        (20, b"\x05\x00", "behind"),
    ],
)
def test_a_directory_that_lies_is_refused(offset, value, words, sniffed):
    found = sniffed(patched(zipped(TORCH), offset, value))
    assert found.format is Format.UNKNOWN
    assert words in found.detail


def test_a_broken_entry_is_refused(sniffed):
    content = zipped(TORCH)
    assert "broken" in sniffed(content.replace(b"PK\x01\x02", b"PK\x01\x03", 1)).detail
    at = content.index(b"PK\x01\x02") + 28
    long_name = content[:at] + b"\xff\xff" + content[at + 2 :]
    assert sniffed(long_name).detail == "zip: broken off"


def test_members_are_counted(sniffed, monkeypatch):
    monkeypatch.setattr(zip_directory, "MAX_MEMBERS", 3)
    assert sniffed(zipped({f"{n}": b"" for n in range(3)})).format is Format.ZIP
    found = sniffed(zipped({f"{n}": b"" for n in range(4)}))
    assert (found.format, found.detail) == (Format.UNKNOWN, "zip: too many members")
    monkeypatch.setattr(zip_directory, "MAX_DIRECTORY", 100)
    assert sniffed(zipped({"a" * 90: b""})).format is Format.UNKNOWN
    monkeypatch.undo()
    monkeypatch.setattr(archives, "_MAX_ARRAYS", 1)
    assert sniffed(zipped({"a.npy": npy(), "b.npy": npy()})).format is Format.ZIP


def with_zip64(content: bytes, count: int | None = None, saturate: bool = True) -> bytes:
    """The same zip with a zip64 record and its locator before the end."""
    end = content.rindex(b"PK\x05\x06")
    entries, size, start = struct.unpack("<HLL", content[end + 10 : end + 20])
    count = entries if count is None else count
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    tail = content[end:]
    if saturate:
        tail = tail[:8] + b"\xff" * 12 + tail[20:]
    return content[:end] + record + locator + tail


def test_a_large_zip_is_told(format_of):
    for saturate in (True, False):
        content = with_zip64(zipped(TORCH), saturate=saturate)
        assert len(zipfile.ZipFile(io.BytesIO(content)).namelist()) == 3
        assert format_of(content) is Format.PYTORCH


def test_two_ends_that_disagree_are_refused(sniffed):
    content = with_zip64(zipped(TORCH), count=2, saturate=False)
    assert "disagree" in sniffed(content).detail
    content = with_zip64(zipped(TORCH), count=2)
    assert "as many members" in sniffed(content).detail
    content = with_zip64(zipped(TORCH))
    assert sniffed(content.replace(b"PK\x06\x06", b"PK\x06\x05")).format is Format.UNKNOWN
    volumes = content.replace(b"\x2d\0\x2d\0\0\0", b"\x2d\0\x2d\0\1\0")
    assert sniffed(volumes).detail == "zip: several volumes"


def test_an_entry_that_does_not_fit_is_refused(sniffed):
    content = zipped({"a": b""})
    end = content.rindex(b"PK\x05\x06")
    longer = content[:end] + b"PK\x01\x02" + content[end:]
    size = int.from_bytes(content[end + 12 : end + 16], "little") + 4
    assert sniffed(patched(longer, 12, struct.pack("<L", size))).detail == "zip: broken off"


def test_wide_sizes_of_a_member_are_read():
    extra = struct.pack("<HHB", 9, 1, 0) + struct.pack("<HHQQQ", 1, 24, 70, 71, 72)
    full = 0xFFFFFFFF
    assert zip_directory.widened(extra, (full, full, full)) == [70, 71, 72]
    assert zip_directory.widened(extra, (1, full, 2)) == [1, 70, 2]
    assert zip_directory.widened(b"", (full, 0, 0)) == [full, 0, 0]


def test_the_directory_is_that_of_the_standard_library():
    chance = random.Random(20261101)
    for count in range(1, 40):
        made = {f"{n}-é/{chance.random()}": chance.randbytes(n) for n in range(count)}
        content = zipped(made, zipfile.ZIP_DEFLATED)
        infos = zipfile.ZipFile(io.BytesIO(content)).infolist()
        source = Source.of(content)
        found = zip_directory.members(source)
        assert [m.name.decode() for m in found] == [info.filename for info in infos]
        assert [m.offset for m in found] == [info.header_offset for info in infos]
        assert [m.packed for m in found] == [info.compress_size for info in infos]
        for member in found:
            assert zip_directory.head(source, member, 20) == made[member.name.decode()][:20]


def test_what_numpy_writes_is_told(format_of, tmp_path):
    numpy = pytest.importorskip("numpy", reason="NumPy is not installed")
    path = tmp_path / "a.npz"
    for save in (numpy.savez, numpy.savez_compressed):
        save(path, a=numpy.ones(5), b=numpy.arange(9).reshape(3, 3))
        assert format_of(path.read_bytes()) is Format.NPZ
        save(path, a=numpy.ones(5), b=numpy.array([{}], dtype=object))
        assert format_of(path.read_bytes()) is Format.PICKLE


def test_what_skops_writes_is_told(format_of):
    skops = pytest.importorskip("skops.io", reason="skops is not installed")
    linear = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
    model = linear.LogisticRegression().fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
    assert format_of(skops.dumps(model)) is Format.SKOPS
    assert format_of(skops.dumps(model, compression=zipfile.ZIP_DEFLATED)) is Format.SKOPS
