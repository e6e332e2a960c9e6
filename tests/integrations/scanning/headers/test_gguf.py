"""GGUF: what a writer after the specification makes is clean; each trick by itself is not.

No library of GGUF is here, so that none can be shown to be fooled.
"""

from __future__ import annotations

import struct

from gguf_writer import ARRAY, BOOL, F32, F64, I8, I64, STRING, U16, U32, U64, gguf, text
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

from registrar.integrations.scanning.headers.gguf import BLOCKS, look

ARCHITECTURE = ("general.architecture", STRING, "llama")
TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>' }}"
    "{{ message['content'] | trim | replace(' ', '_') }}{% endfor %}"
    "{% set ns = namespace(found=false) %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
VOCABULARY = [
    ARCHITECTURE,
    ("general.name", STRING, "größe"),
    ("llama.context_length", U32, 2048),
    ("llama.rope.freq_base", F32, 10000.0),
    ("tokenizer.ggml.tokens", ARRAY, (STRING, [f"<0x{n:02X}>" for n in range(256)] + ["", "✓"])),
    ("tokenizer.ggml.scores", ARRAY, (F32, [0.5] * 258)),
    ("tokenizer.ggml.add_bos_token", BOOL, True),
    ("tokenizer.chat_template", STRING, TEMPLATE),
    ("x.sizes", ARRAY, (ARRAY, [(U16, [1, 2]), (U16, [])])),
    ("x.wide", I64, -1),
    ("x.exact", F64, 0.5),
]
BLOCK = bytes(range(32)) * 4
NETWORK = gguf(
    VOCABULARY,
    [("token_embd.weight", (32, 2), 8, 0), ("blk.0.attn_q.weight", (8, 4), 0, 96), ("output", (), 0, 224)],
    BLOCK[:68] + bytes(28) + BLOCK + BLOCK[:4] + bytes(28),
)  # fmt: skip
HEADER = NETWORK.index(BLOCK[:32])
ONE = [("w", (8,), 0, 0)]
D32 = BLOCK[:32]


def templated(template: str) -> bytes:
    return gguf([("tokenizer.chat_template", STRING, template)], [])


def aligned(kind: int, value: int) -> bytes:
    return gguf([("general.alignment", kind, value)], ONE, D32)


BENIGN = {
    "a small network": (CLEAN, NETWORK),
    "version 2": (CLEAN, gguf(VOCABULARY, ONE, D32, version=2)),
    "a vocabulary alone": (CLEAN, gguf(VOCABULARY, [])),
    "a vocabulary, padded": (CLEAN, gguf(VOCABULARY, [], b"\0")),
    "tensors in another order": (CLEAN, gguf([ARCHITECTURE], [("b", (8,), 0, 32), ("a", (8,), 0, 0)], D32 * 2)),
    "aligned to 64": (CLEAN, gguf([("general.alignment", U32, 64)], [("a", (4,), 0, 0), ("b", (4,), 0, 64)], D32[:16] + bytes(48) + D32[:16], alignment=64)),
    "the last not padded": (CLEAN, gguf([ARCHITECTURE], [("w", (3,), 0, 0)], D32[:12])),
    "an empty tensor": (CLEAN, gguf([ARCHITECTURE], [("e", (0, 4), 0, 0), ("w", (8,), 0, 0)], D32)),
    "template with underscores": (CLEAN, templated("{{ bos_token }}{{ x | replace(' ', '_') }} __init__ as text {# __class__ #}")),
    "templates by name": (CLEAN, gguf([("tokenizer.chat_template.tool_use", STRING, TEMPLATE)], [])),
    **{f"type {kind}": (CLEAN, gguf([ARCHITECTURE], [("w", (block, 2), kind, 0)], bytes(2 * width))) for kind, (block, width) in BLOCKS.items()},
}  # fmt: skip
MALICIOUS = {
    "template into the globals": (DANGEROUS, templated("{{ ().__class__.__base__.__subclasses__() }}")),
    "template by the filter attr": (DANGEROUS, templated("{{ x|attr('a') }}")),
    "template in another spelling": (DANGEROUS, templated("{{ x['\\x5f\\x5fclass\\x5f\\x5f'] }}")),
    "template that puts names together": (DANGEROUS, templated("{{ x['_'~'_cla'] }}")),
    "template by a function of Jinja": (DANGEROUS, templated("{% set a = lipsum %}")),
    "template that is not closed": (DANGEROUS, templated("{{ x.__globals__ ")),
    "a further template": (DANGEROUS, gguf([("tokenizer.chat_template.x", STRING, "{{ x.__globals__ }}")], [])),
    "a key twice": (DANGEROUS, gguf([ARCHITECTURE, ARCHITECTURE], ONE, D32)),
    "a tensor twice": (DANGEROUS, gguf([ARCHITECTURE], [("w", (8,), 0, 0), ("w", (8,), 0, 32)], D32 * 2)),
    "tensors share bytes": (DANGEROUS, gguf([ARCHITECTURE], [("a", (16,), 0, 0), ("b", (8,), 0, 32)], D32 * 2)),
    "bytes between tensors": (DANGEROUS, gguf([ARCHITECTURE], [("a", (8,), 0, 0), ("b", (8,), 0, 64)], D32 * 3)),
    "bytes before the first": (DANGEROUS, gguf([ARCHITECTURE], [("a", (8,), 0, 32)], D32 * 2)),
    "bytes behind the last": (DANGEROUS, gguf([ARCHITECTURE], ONE, D32 * 2)),
    "something in the padding": (DANGEROUS, gguf([ARCHITECTURE], [("w", (3,), 0, 0)], D32[:12] + b"cos\nsystem\n.")),
    "bytes behind a vocabulary": (DANGEROUS, gguf(VOCABULARY, [], b"PK\3\4")),
    "2^63 tensors": (UNREAD, gguf([ARCHITECTURE], [], counts=(2**63, 1))),
    "2^63 pairs": (UNREAD, gguf([ARCHITECTURE], [], counts=(0, 2**63))),
    "a key of 2^63 bytes": (UNREAD, b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 2**63) + b"k" * 50),
    "a text of 2^63 bytes": (UNREAD, gguf([], [], counts=(0, 1)) + text("k") + struct.pack("<IQ", STRING, 2**63)),
    "an array of 2^63 values": (UNREAD, gguf([], [], counts=(0, 1)) + text("k") + struct.pack("<IIQ", ARRAY, 0, 2**63)),
    "an array of 2^61 wide values, which overflow": (UNREAD, gguf([], [], counts=(0, 1)) + text("k") + struct.pack("<IIQ", ARRAY, U64, 2**61)),
    "arrays in arrays without end": (UNREAD, gguf([], [], counts=(0, 1)) + text("k") + struct.pack("<I", ARRAY) + struct.pack("<IQ", ARRAY, 1) * 10_000),
    "a tensor of 2^63 elements": (UNREAD, gguf([ARCHITECTURE], [("w", (2**31, 2**31, 2), 0, 0)], D32)),
    "a shape that overflows to 8": (UNREAD, gguf([ARCHITECTURE], [("w", (2**32, 2**32 + 1), 0, 0)], D32)),
    "an offset of 2^63": (UNREAD, gguf([ARCHITECTURE], [("w", (8,), 0, 2**63)], D32)),
    "an offset of no alignment": (UNREAD, gguf([ARCHITECTURE], [("w", (4,), 0, 16)], D32)),
    "more dimensions than four": (UNREAD, gguf([ARCHITECTURE], [("w", (2, 2, 2, 1, 1), 0, 0)], D32)),
    "2^32 - 1 dimensions": (UNREAD, gguf([ARCHITECTURE], [], counts=(1, 1)) + text("w") + b"\xff\xff\xff\xff" + bytes(80)),
    "an unknown type of tensor": (UNREAD, gguf([ARCHITECTURE], [("w", (32,), 4, 0)], D32)),
    "half a block": (UNREAD, gguf([ARCHITECTURE], [("w", (16,), 8, 0)], D32)),
    "an unknown type of value": (UNREAD, gguf([], [], counts=(0, 1)) + text("k") + struct.pack("<IQ", 13, 0)),
    "an array of an unknown type": (UNREAD, gguf([], [], counts=(0, 1)) + text("k") + struct.pack("<IIQ", ARRAY, 77, 0)),
    "a truth value of 2": (UNREAD, gguf([], [], counts=(0, 1)) + text("k") + struct.pack("<IB", BOOL, 2)),
    "alignment 0": (UNREAD, aligned(U32, 0)),
    "alignment 4": (UNREAD, aligned(U32, 4)),
    "alignment 48": (UNREAD, aligned(U32, 48)),
    "alignment of 2 GiB": (UNREAD, aligned(U32, 2**31)),
    "alignment of another type": (UNREAD, aligned(U64, 32)),
    "alignment, signed": (UNREAD, aligned(I8, 32)),
    "big-endian": (UNREAD, gguf(VOCABULARY, ONE, D32, order=">")),
    "version 1": (UNREAD, gguf([ARCHITECTURE], ONE, D32, version=1)),
    "version 4": (UNREAD, gguf([ARCHITECTURE], ONE, D32, version=4)),
    "a name of 65 bytes": (UNREAD, gguf([ARCHITECTURE], [("w" * 65, (8,), 0, 0)], D32)),
    "an empty key": (UNREAD, gguf([("", U32, 1)], ONE, D32)),
    "a key that writes to the terminal": (UNREAD, gguf([("\x1b]0;x", U32, 1)], ONE, D32)),
    "a template that is not UTF-8": (UNREAD, gguf([("tokenizer.chat_template", STRING, b"\xff")], [])),
    "another magic": (UNREAD, b"GGML" + NETWORK[4:]),
    "0 bytes": (UNREAD, b""),
}  # fmt: skip


def test_verdicts():
    assert wrong(look, BENIGN) == []
    assert wrong(look, MALICIOUS) == []


def test_where_and_what_to_do():
    (found,) = look_at(look, MALICIOUS["2^63 tensors"][1])
    assert found.message == (
        "byte 8 announces 9,223,372,036,854,775,808 tensors; the file has no room for them"
    )
    (found,) = look_at(look, MALICIOUS["big-endian"][1])
    assert found.hint == "convert it to little-endian"
    (found,) = look_at(look, MALICIOUS["an array of 2^63 values"][1])
    assert found.message.startswith(
        "the array at byte 37 announces 9,223,372,036,854,775,808 values"
    )
    (found,) = look_at(look, templated("Hello {{ ().__class__ }}"))
    assert '"{{ ().__class__ }}"' in found.message


def test_the_cut_file_is_not_clean():
    """Behind the last tensor stands padding, which need not be there."""
    content = NETWORK[:-28]
    assert verdict(look, content) is CLEAN
    assert clean_when_cut(look, content, len(content)) == []
    large = gguf(VOCABULARY, [("w", (1000, 25), 0, 0)], bytes(range(250)) * 400)
    assert clean_when_cut(look, large, HEADER) == []


def test_tensors_are_not_read():
    content = gguf(VOCABULARY, [("w", (2**20, 2**18), 0, 0)])
    start = len(content) + -len(content) % 32
    assert verdict(look, content, length=start + 2**40) is CLEAN


@BOUNDED
@given(st.one_of(damaged(NETWORK, HEADER), st.binary(max_size=300).map(b"GGUF\3\0\0\0".__add__)))
def test_never_raises(content):
    verdict(look, content)
