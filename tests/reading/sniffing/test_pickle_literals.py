"""Arguments of pickle's text opcodes: CPython's own unpicklers are the oracle."""

from __future__ import annotations

import io
import pickle
import struct

import pytest

from registrar.domain.formats import Format

LITERALS = (
    *(b"I0x1", b"I+1", b"I 1", b"I1_0", b"I010", b"I1\x00x", b"I01", b"L1_0L", b"L0x1L", b"L-1"),
    *(
        b"F.5",
        b"F5.",
        b"F1e5",
        b"F 1.5",
        b"Finf",
        b"F" + b"1" * 60,
        b"S'a' ",
        b"Sabc",
        b"Ix",
        b"Fe5",
    ),
    *(b"I1.5", b"L", b"I", b"F", b"S'", b"I-0x1", b"I0b1"),
)


@pytest.mark.parametrize("literal", LITERALS)
def test_a_literal_that_either_unpickler_takes_hides_nothing(literal, format_of):
    content = literal + b"\n0cos\ngetpid\n(tR."
    taken = False
    for unpickler in (pickle.Unpickler, pickle._Unpickler):
        try:
            unpickler(io.BytesIO(content)).load()
            taken = True
        except Exception:  # whatever it says of a literal that it does not take
            continue
    assert format_of(content) is (Format.PICKLE if taken else Format.UNKNOWN)
    header = b'{"a":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}' % (
        len(content),
        len(content),
    )
    header += b" " * (0x156 - len(header) - 1) + b"\n"
    both = struct.pack("<Q", 0x156) + header + content
    if taken:  # the first byte, V, swallows the header as one line of text
        assert format_of(both) is Format.PICKLE
