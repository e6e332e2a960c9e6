"""Formats with a header: what it claims must agree with the bytes that are here."""

from __future__ import annotations

import struct

import pytest

from registrar.domain.formats import Format


def gguf(version=3, tensors=0, pairs=1, key=b"general.architecture", kind=8, rest=b"") -> bytes:
    start = struct.pack("<4sIQQQ", b"GGUF", version, tensors, pairs, len(key))
    return start + key + struct.pack("<I", kind) + rest


LLAMA = struct.pack("<Q", 5) + b"llama"


def test_gguf_is_told(sniffed):
    found = sniffed(gguf(rest=LLAMA))
    assert (found.format, found.detail) == (Format.GGUF, "version 3, 0 tensors")
    assert sniffed(gguf(2, 3, rest=LLAMA + b"\0" * 100)).format is Format.GGUF


def test_a_header_of_gguf_that_is_cut_off_is_none(formats_when_cut):
    assert formats_when_cut(gguf(kind=0, rest=b"\1")) == {Format.UNKNOWN}


@pytest.mark.parametrize(
    "content",
    [
        gguf(version=1, rest=LLAMA),
        gguf(version=4, rest=LLAMA),
        gguf(version=0x03000000, rest=LLAMA),
        gguf(tensors=2**63, rest=LLAMA),
        gguf(tensors=2, rest=LLAMA),
        gguf(pairs=2**63, rest=LLAMA),
        gguf(pairs=0, rest=LLAMA),
        gguf(key=b"", rest=LLAMA),
        gguf(key=b"k" * 70_000, rest=LLAMA),
        gguf(kind=13, rest=LLAMA),
        gguf(rest=LLAMA)[:24] + struct.pack("<Q", 2**63) + gguf(rest=LLAMA)[32:],
        b"GGUF",
        b"GGUF is a format\n" * 20,
        b"ggml" + gguf(rest=LLAMA)[4:],
    ],
)
def test_a_header_of_gguf_that_lies_is_refused(content, format_of):
    assert format_of(content) is Format.UNKNOWN


def npy(descr="'<f4'", shape="(2,)", data=b"\0" * 8, version=1, order="False") -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    length = struct.pack("<H" if version == 1 else "<I", len(header) + 5)
    return b"\x93NUMPY" + bytes([version, 0]) + length + header + b"    \n" + data


@pytest.mark.parametrize(
    "content",
    [
        npy(),
        npy(version=2),
        npy(version=3),
        npy(order="True"),
        npy("'>i8'", "()"),
        npy("'|b1'", "(2, 2, 2)"),
        npy("'|S4'"),
        npy("'<U1'"),
        npy("'<M8[ns]'", "(1,)"),
        npy("'<M8[25s/3]'", "(1,)"),
        npy("'|V8'", "(1,)"),
        npy("[('a', '<f4'), ('b', '<i4', (2,))]", "(1,)"),
        npy() + b"another array behind it",
        npy().replace(b", }", b"}  "),
    ],
)
def test_npy_is_told(content, format_of):
    assert format_of(content) is Format.NPY


@pytest.mark.parametrize(
    "descr", ["'|O'", "'O'", "'<O8'", "'|O8'", "'object'", "'object_'", "'O,i4'", "'i4,O'"]
)
def test_npy_of_objects_is_a_pickle(descr, sniffed):
    found = sniffed(npy(descr))
    assert (found.format, "objects" in found.detail) == (Format.PICKLE, True)


@pytest.mark.parametrize("descr", ["[('a', '|O')]", "[('a', '<f4'), ('b', [('c', 'O')])]"])
def test_npy_of_records_with_objects_is_a_pickle(descr, format_of):
    assert format_of(npy(descr)) is Format.PICKLE


@pytest.mark.parametrize(
    "content",
    [
        npy()[:-1],
        npy(shape="(3,)"),
        npy(shape="(99999999999, 99999999999)"),
        npy("'<f99999999'"),
        npy("'<U2'"),
        npy("'<M9[ns]'", "(2,)"),
        npy("'float32'"),
        npy("'<x4'"),
        npy("[('a', 'float32')]"),
        npy("[]"),
        npy("__import__('os')"),
        npy(shape="(-1,)"),
        npy(shape="(2"),
        npy(order="0"),
        npy(version=4),
        npy()[:20],
        b"\x93NUMPY",
        b"\x93NUMPY\x01\x00\xff\xff{",
        b"\x93NUMPY\x02\x00\xff\xff\xff\xff{",
        b"\x93NUMPY\x01\x00\x00\x00",
    ],
)
def test_a_header_of_npy_that_lies_is_refused(content, format_of):
    assert format_of(content) is Format.UNKNOWN


def test_what_numpy_writes_is_told(tmp_path, format_of, formats_when_cut):
    numpy = pytest.importorskip("numpy", reason="NumPy is not installed")
    arrays = [
        numpy.ones((3, 4)),
        numpy.asfortranarray(numpy.ones((3, 4), "f2")),
        numpy.array(["a", "bc"]),
        numpy.array(["2026-11-01"], "M8[D]"),
        numpy.zeros(3, dtype=[("a", "<f4"), ("b", "<i4", (2,)), ("c", "S3")]),
        numpy.array(1j),
    ]
    for array in arrays:
        numpy.save(tmp_path / "a.npy", array)
        content = (tmp_path / "a.npy").read_bytes()
        assert format_of(content) is Format.NPY, array.dtype
    numpy.save(tmp_path / "a.npy", arrays[0])
    assert formats_when_cut((tmp_path / "a.npy").read_bytes()) == {Format.UNKNOWN}
    numpy.save(tmp_path / "a.npy", numpy.array([{}, []], dtype=object))
    assert format_of((tmp_path / "a.npy").read_bytes()) is Format.PICKLE


def hdf5(version=0, width=8, end=None, size=200) -> bytes:
    end = size if end is None else end
    addresses = b"".join(n.to_bytes(width, "little") for n in (0, 2 ** (8 * width) - 1, end, 0))
    if version < 2:
        start = bytes([version, 0, 0, 0, 0, width, width, 0]) + b"\4\0\x10\0" + b"\0" * 4
        start += b"\0" * 4 if version == 1 else b""
    else:
        start = bytes([version, width, width, 0])
    return (b"\x89HDF\r\n\x1a\n" + start + addresses).ljust(size, b"\0")


@pytest.mark.parametrize("version", range(4))
@pytest.mark.parametrize("width", [2, 4, 8])
def test_hdf5_is_told(version, width, sniffed, formats_when_cut):
    found = sniffed(hdf5(version, width))
    assert (found.format, found.detail) == (Format.HDF5, f"superblock version {version}")
    assert formats_when_cut(hdf5(version, width)) == {Format.UNKNOWN}


@pytest.mark.parametrize(
    "content",
    [
        hdf5(version=4),
        hdf5(width=8, end=2**63),
        hdf5(end=201),
        hdf5(end=10),
        hdf5()[:13] + b"\x03" + hdf5()[14:],
        hdf5(2)[:9] + b"\xff" + hdf5(2)[10:],
        b"\x89HDF\r\n\x1a\n",
        b"\x89HDF\n" + b"\0" * 200,
        b"\0" * 512 + hdf5(),
    ],
)
def test_a_superblock_that_lies_is_refused(content, format_of):
    assert format_of(content) is Format.UNKNOWN


def tflite(root=20, back=12, table=8, fields=16) -> bytes:
    start = struct.pack("<I4s", root, b"TFL3") + struct.pack("<HHHH", table, fields, 4, 8)
    return start + b"\0" * 4 + struct.pack("<i", back) + b"\0" * 40


def test_tflite_is_told(format_of):
    assert format_of(tflite()) is Format.TFLITE


@pytest.mark.parametrize(
    "content",
    [
        tflite(root=2**32 - 1),
        tflite(root=4),
        tflite(back=2**31 - 1),
        tflite(back=-(2**31)),
        tflite(table=3),
        tflite(table=2),
        tflite(table=60_000),
        tflite(fields=0),
        b"text" + b"TFL3" + b" is an identifier\n",
        tflite()[:22],
        b"\x14\0\0\0TFL2" + tflite()[8:],
    ],
)
def test_a_root_table_that_lies_is_refused(content, format_of):
    assert format_of(content) is Format.UNKNOWN
