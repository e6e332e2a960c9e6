"""safetensors: every byte is the header's or a tensor's."""

from __future__ import annotations

import json
import os
import pickle
import struct

import pytest

from registrar.domain.formats import Format
from registrar.reading.sniffing import safetensors, sniff


def tensors(header: object, data: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def tensor(start: object, end: object, **other: object) -> dict[str, object]:
    return {"dtype": "F32", "shape": [1], "data_offsets": [start, end]} | other


TWO = {"b": tensor(4, 8), "a": tensor(0, 4), "__metadata__": {"format": "pt"}}


def test_safetensors_is_told(sniffed):
    found = sniffed(tensors(TWO, b"\0" * 8))
    assert (found.format, found.detail) == (Format.SAFETENSORS, "2 tensors")
    assert sniffed(tensors({})).format is Format.SAFETENSORS
    assert sniffed(tensors(json.dumps(TWO).encode() + b" " * 7, b"\0" * 8)).format is (
        Format.SAFETENSORS
    )


def test_safetensors_that_are_cut_off_are_none(formats_when_cut):
    assert formats_when_cut(tensors(TWO, b"\0" * 8)) == {Format.UNKNOWN}


@pytest.mark.parametrize(
    "content",
    [
        tensors(TWO, b"\0" * 9),
        tensors(TWO, b"\0" * 7),
        tensors({"a": tensor(0, 4), "b": tensor(5, 8)}, b"\0" * 8),
        tensors({"a": tensor(0, 5), "b": tensor(4, 8)}, b"\0" * 8),
        tensors({"a": tensor(4, 8)}, b"\0" * 8),
        tensors({"a": tensor(0, -4)}),
        tensors({"a": tensor(0, "4")}, b"\0" * 4),
        tensors({"a": tensor(False, True)}, b"\0"),
        tensors({"a": tensor(0, 4, dtype=4)}, b"\0" * 4),
        tensors({"a": tensor(0, 4, shape="1")}, b"\0" * 4),
        tensors({"a": {"dtype": "F32", "shape": [1]}}),
        tensors({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0]}}),
        tensors({"a": [0, 4]}, b"\0" * 4),
        tensors(TWO, b"\0" * 8, length=2**63),
        tensors(TWO, b"\0" * 8, length=0),
        tensors(b'{"a": ' * 100_000),
        tensors(b'{"a": 1'),
        tensors(b"{'a': 1}"),
        tensors(b'{"a": "\xff"}'),
        tensors(b'{"a": ' + b"9" * 5000 + b"}"),
        tensors(b" {}"),
        tensors(b"[]"),
    ],
)
def test_a_header_of_safetensors_that_lies_is_refused(content, format_of):
    assert format_of(content) is Format.UNKNOWN


def test_a_header_of_safetensors_is_read_to_a_bound(counting):
    for length in (safetensors.MAX_HEADER + 1, 2**40):
        content = tensors(b"{}", length=length)
        stream = counting(content, 2**41)
        assert sniff(stream, 2**41).format is Format.UNKNOWN
        assert stream.handed_out < 100_000


def named(name: str, length: int, data: bytes) -> bytes:
    """Safetensors of one tensor, its header filled up to a length with blanks."""
    header = {name: {"dtype": "U8", "shape": [len(data)], "data_offsets": [0, len(data)]}}
    return tensors(json.dumps(header).encode().ljust(length), data)


class Caller:
    """Its pickle makes a folder when it is loaded."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (self.path,)


def test_a_pickle_in_safetensors_is_a_pickle(tmp_path, format_of):
    """The length 0x558 is an 'X' that jumps into a name, which hops on into the data."""
    hops = ("U~" + "-" * 126) * 10 + "U~"
    into_data = 10 + 11 * 128 - (8 + 0x558)
    data = b"-" * into_data + pickle.dumps(Caller(str(tmp_path / "ran")), 0)
    assert format_of(named("-" + hops[1:], 0x558, data)) is Format.SAFETENSORS
    content = named(hops, 0x558, data)
    assert format_of(content) is Format.PICKLE
    assert not (tmp_path / "ran").exists()
    pickle.loads(content)
    assert (tmp_path / "ran").exists(), "the attack does not work, so the test shows nothing"


def test_what_safetensors_writes_is_told(format_of):
    numpy = pytest.importorskip("numpy", reason="NumPy is not installed")
    library = pytest.importorskip("safetensors.numpy", reason="safetensors is not installed")
    made = {"a": numpy.ones((3, 3)), "b": numpy.arange(5, dtype="int8"), "c": numpy.zeros((0, 4))}
    assert format_of(library.save(made, metadata={"format": "pt"})) is Format.SAFETENSORS
    assert format_of(library.save(made) + b"\0") is Format.UNKNOWN


def test_a_dot_in_the_name_of_a_tensor_makes_no_pickle(format_of):
    """The same jump onto a dot loads as a string; nothing is called, and it is no pickle."""
    content = named("." * 20, 0x558, b"\0" * 4)
    assert isinstance(pickle.loads(content), str)
    assert format_of(content) is Format.SAFETENSORS
