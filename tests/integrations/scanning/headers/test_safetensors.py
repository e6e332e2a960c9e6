"""safetensors: what its library writes is clean; each trick by itself is not."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from looking import (
    BOUNDED,
    CLEAN,
    DANGEROUS,
    UNREAD,
    clean_when_cut,
    damaged,
    look_at,
    verdict,
    wrong,
)
from safetensors import SafetensorError, deserialize
from safetensors.numpy import load, save

from registrar.integrations.scanning.headers.safetensors import BITS, look

DATA = bytes(range(8))


def made(header: Any, data: bytes = DATA) -> bytes:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw + data


def tensor(dtype: str = "F32", shape: Any = (2,), offsets: Any = (0, 8), **more: Any) -> Any:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets), **more}


def text(dtype: str, start: int, end: int) -> str:
    return f'{{"dtype":"{dtype}","shape":[2],"data_offsets":[{start},{end}]}}'


TWICE = f'{{"a":{text("F32", 0, 8)},"a":{text("I32", 0, 8)}}}'.encode()
NETWORK = save(
    {f"layers.{n}.{part}": np.random.default_rng(n).normal(size=size).astype("float32")
     for n in range(4) for part, size in (("weight", (32, 16)), ("bias", (32,)))},
    metadata={"format": "np"},
)  # fmt: skip
HEADER = 8 + struct.unpack("<Q", NETWORK[:8])[0]

BENIGN = {
    "a network": (CLEAN, NETWORK),
    "one": (CLEAN, save({"a": np.zeros(3)})),
    "every NumPy type": (CLEAN, save({t: np.zeros((2, 3), t) for t in ["?", "b", "B", "h", "H", "e", "i", "I", "f", "q", "Q", "d", "F"]})),
    "no tensor": (CLEAN, save({})),
    "empty and scalar": (CLEAN, save({"e": np.zeros((0, 3)), "s": np.array(1.5), "f": np.zeros(0, "f")})),
    "names of any script": (CLEAN, save({"größe ✓": np.zeros(2), 'quote"\\': np.zeros(2)})),
    "keys in another order": (CLEAN, made({"b": tensor(offsets=(8, 16)), "a": tensor()}, DATA * 2)),
    "padded with spaces": (CLEAN, made(json.dumps({"a": tensor()}).encode() + b"     ")),
    "four bits": (CLEAN, made({"a": tensor("F4", (16,))})),
    "six bits": (CLEAN, made({"a": tensor("F6_E2M3", (4,), (0, 3))}, DATA[:3])),
}  # fmt: skip
MALICIOUS = {
    "two tensors of one name": (DANGEROUS, made(TWICE)),
    "a key twice in a tensor": (DANGEROUS, made(b'{"a":' + text("F32", 0, 8).encode()[:-1] + b',"shape":[2]}}')),
    "metadata twice": (DANGEROUS, made(b'{"__metadata__":{},"__metadata__":{"a":"b"},"a":' + text("F32", 0, 8).encode() + b"}")),
    "a name twice, once escaped": (DANGEROUS, made(TWICE.replace(b'"a"', b'"\\u0061"', 1))),
    "two tensors share bytes": (DANGEROUS, made({"a": tensor(), "b": tensor(offsets=(4, 12))}, DATA * 2)),
    "a tensor inside of another": (DANGEROUS, made({"a": tensor(shape=(4,), offsets=(0, 16)), "b": tensor(offsets=(4, 12))}, DATA * 2)),
    "bytes between tensors": (DANGEROUS, made({"a": tensor(), "b": tensor(offsets=(16, 24))}, DATA * 3)),
    "bytes before the first": (DANGEROUS, made({"a": tensor(offsets=(8, 16))}, DATA * 2)),
    "bytes behind the last": (DANGEROUS, made({"a": tensor()}, DATA + b"cos\nsystem\n.")),
    "bytes and no tensor": (DANGEROUS, made({}, DATA)),
    "shape larger than its bytes": (DANGEROUS, made({"a": tensor(shape=(2**20,))})),
    "dtype wider than its bytes": (DANGEROUS, made({"a": tensor("F64")})),
    "shape that overflows 64 bits": (UNREAD, made({"a": tensor(shape=(2**32, 2**32, 2))})),
    "negative dimension": (UNREAD, made({"a": tensor(shape=(-2,))})),
    "negative offset": (UNREAD, made({"a": tensor(offsets=(-8, 0))})),
    "offsets turned round": (UNREAD, made({"a": tensor(offsets=(8, 0))})),
    "end of 2^63": (UNREAD, made({"a": tensor("U8", (2**60,), (0, 2**60))})),
    "header of 2^63": (UNREAD, struct.pack("<Q", 2**63) + b"{}"),
    "header of 100 MB and one": (UNREAD, struct.pack("<Q", 100_000_001) + b"{}" + bytes(20)),
    "metadata that is no text": (UNREAD, made({"__metadata__": {"a": {"b": 1}}, "a": tensor()})),
    "dtype of objects": (UNREAD, made({"a": tensor("O")})),
    "a fraction as dimension": (UNREAD, made({"a": tensor(shape=(2.0,))})),
    "true as dimension": (UNREAD, made({"a": tensor("U8", (True,), (0, 1))}, b"x")),
    "NaN": (UNREAD, made(b'{"a":NaN}')),
    "half a character": (UNREAD, made(b'{"\\ud800":' + text("F32", 0, 8).encode() + b"}")),
    "a key that nobody knows": (UNREAD, made({"a": tensor(loader="os.system")})),
    "nested without end": (UNREAD, made(b'{"a":' + b"[" * 100_000)),
    "a number without end": (UNREAD, made(b'{"a":' + b"9" * 100_000 + b"}")),
    "not UTF-8": (UNREAD, made(b'{"\xff":1}')),
    "a list": (UNREAD, made(b"[]", b"")),
    "0 bytes": (UNREAD, b""),
    "7 bytes": (UNREAD, b"\2\0\0\0\0\0\0"),
}  # fmt: skip


def test_verdicts():
    assert wrong(look, BENIGN) == []
    assert wrong(look, MALICIOUS) == []


@pytest.mark.parametrize("dtype", BITS)
def test_every_dtype_has_the_width_of_the_library(dtype):
    content = made({"a": tensor(dtype, (8,), (0, BITS[dtype]))}, bytes(BITS[dtype]))
    assert verdict(look, content) is CLEAN
    deserialize(content)
    with pytest.raises(SafetensorError):
        deserialize(made({"a": tensor(dtype, (8,), (0, 99))}, bytes(99)))


def test_the_library_takes_the_last_of_two():
    """What a reviewer's tool shows as float 32 loads as integers, without a word."""
    assert str(load(made(TWICE))["a"].dtype) == "int32"
    (found,) = look_at(look, made(TWICE))
    assert found.message == 'the header names "a" twice: readers differ in which one they take'


def test_the_library_passes_over_what_it_does_not_know():
    assert load(made({"a": tensor(loader="os.system")}))["a"].shape == (2,)


def test_where_and_what_to_do():
    (hidden,) = look_at(look, made({"a": tensor(), "b": tensor(offsets=(12, 20))}, DATA * 3)[:-4])
    start = len(made({"a": tensor(), "b": tensor(offsets=(12, 20))}, b"")) + 8
    assert hidden.message.startswith(f"bytes {start:,} to {start + 3:,} belong to no tensor")
    assert hidden.hint == "write it again with safetensors.save_file"


def test_text_of_the_file_is_escaped_and_cut():
    (found,) = look_at(look, made({"\x1b]0;\u202e" + "x" * 500: tensor("O\n")}))
    assert found.message.isprintable()
    assert len(found.message) < 200


def test_many_troubles_are_cut():
    many = {f"t{n}": tensor("O") for n in range(5000)}
    assert len(look_at(look, made(many))) == 21


def test_cut_anywhere_it_is_not_clean():
    assert len(NETWORK) > 5000
    assert clean_when_cut(look, NETWORK, HEADER) == []


def test_tensors_are_not_read():
    content = made({"a": tensor("U8", (2**40,), (0, 2**40))}, b"")
    assert verdict(look, content, length=len(content) + 2**40) is CLEAN


@BOUNDED
@given(st.one_of(damaged(NETWORK, HEADER), st.binary(max_size=300)))
def test_never_raises_and_agrees_with_the_library(content):
    """Whatever the library refuses is not clean."""
    if verdict(look, content) is CLEAN:
        deserialize(content)
