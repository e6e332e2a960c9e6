"""Laws of sniffing: it never raises, says nothing of names, and holds for every pickle."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
import pickletools
import struct
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registrar.domain.formats import Format
from registrar.reading.sniffing import sniff
from registrar.reading.sniffing.pickles import End, Walk, _walk
from registrar.reading.sniffing.source import Source

FEW = settings(max_examples=150, derandomize=True, deadline=None, database=None)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.binary(max_size=30),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(st.text(max_size=5), inner, max_size=4),
        st.frozensets(st.integers(), max_size=4),
    ),
    max_leaves=12,
)
CONTAINERS = st.one_of(
    st.lists(VALUES, min_size=1, max_size=4),
    st.dictionaries(st.text(max_size=5), VALUES, min_size=1, max_size=4),
)
MAGICS = [
    b"", b"\x80\x04\x95", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08\0", b"BZh9", b"]\0\0\x80",
    b"\xfd7zXZ\0", b"x\x9c", b"\x04\x22\x4d\x18\x60\x40\x82", b"GGUF\3\0\0\0", b"\x93NUMPY\1\0",
    b"\x89HDF\r\n\x1a\n\0", b"\x14\0\0\0TFL3", b"\x08\x0a\x3a", b"\x08\x01\x12", b"{\"learner\":{",
    b"tree\nversion=v4\n", b"\x20\0\0\0\0\0\0\0{\"", b"cos\nsystem\n(", b"(dp0\nV", b"{L\0\0\0\0",
]  # fmt: skip


def format_of(content: bytes) -> Format:
    return sniff(io.BytesIO(content), len(content)).format


@FEW
@given(st.sampled_from(MAGICS), st.binary(max_size=600))
def test_no_bytes_raise(magic, rest):
    assert isinstance(format_of(magic + rest), Format)


@FEW
@given(st.text(max_size=300))
def test_text_of_one_line_is_unknown(text):
    line = " ".join(text.split())
    assert format_of(f"{line}\n".encode()) is Format.UNKNOWN


@FEW
@given(VALUES.map(lambda value: json.dumps(value, default=str)), st.integers(0, 4))
def test_json_is_unknown(text, spaces):
    assert format_of(b" " * spaces + text.encode() + b"\n") is Format.UNKNOWN


@FEW
@given(CONTAINERS, st.integers(0, 5))
def test_every_pickle_of_a_container_is_a_pickle(value, protocol):
    assert format_of(pickle.dumps(value, protocol)) is Format.PICKLE


@FEW
@given(CONTAINERS, st.integers(0, 5))
def test_an_optimised_pickle_is_walked_like_the_standard_library_does(value, protocol):
    content = pickletools.optimize(pickle.dumps(value, protocol))
    walk, source = Walk(), Source.of(content)
    assert _walk(source, walk) is End.STOPPED
    assert walk.opcodes == sum(1 for _ in pickletools.genops(content))
    assert (walk.depth, walk.marks) == (1, [])


@FEW
@given(CONTAINERS, st.sampled_from([zlib, gzip, bz2, lzma]), st.integers(0, 5))
def test_every_compressed_pickle_is_joblib(value, codec, protocol):
    assert format_of(codec.compress(pickle.dumps(value, protocol))) is Format.JOBLIB


@FEW
@given(st.binary(max_size=60).map(lambda tail: b"cos\nsystem\n(S'true'\ntR" + tail))
def test_a_call_makes_a_pickle_whatever_follows(content):
    assert format_of(content) is Format.PICKLE
    assert format_of(b"\x80\x02" + content) is Format.PICKLE


NAMES = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)


@FEW
@given(st.dictionaries(NAMES, st.binary(max_size=50), max_size=6), st.sampled_from([0, 8]))
def test_every_zip_of_other_names_is_a_zip(members, method):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert format_of(out.getvalue()) is Format.ZIP
    assert format_of(out.getvalue() + b"\n") is Format.UNKNOWN


@FEW
@given(st.dictionaries(NAMES, st.binary(max_size=40), max_size=6), st.integers(0, 9))
def test_safetensors_account_for_every_byte(tensors, padding):
    header, data = {}, b""
    for name, content in tensors.items():
        offsets = [len(data), len(data) + len(content)]
        header[name] = {"dtype": "U8", "shape": [len(content)], "data_offsets": offsets}
        data += content
    text = json.dumps(header).encode() + b" " * padding
    content = struct.pack("<Q", len(text)) + text + data
    assert format_of(content) is Format.SAFETENSORS
    assert format_of(content + b"\0") is Format.UNKNOWN
    assert format_of(content[:-1]) is not Format.SAFETENSORS


@FEW
@given(st.binary(max_size=300), st.integers(-5, 400))
def test_a_wrong_size_never_raises(content, size):
    assert isinstance(sniff(io.BytesIO(content), size).format, Format)


@pytest.mark.parametrize("protocol", range(6))
def test_an_answer_does_not_depend_on_the_place_of_the_stream(protocol):
    content = pickle.dumps({"a": [1.5, "b"]}, protocol)
    stream = io.BytesIO(content)
    first = sniff(stream, len(content))
    assert sniff(stream, len(content)) == first
