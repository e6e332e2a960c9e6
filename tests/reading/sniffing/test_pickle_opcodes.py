"""The table of opcodes against that of the standard library."""

from __future__ import annotations

import pickletools

from registrar.reading.sniffing import pickle_opcodes


def test_arguments_are_those_of_the_standard_library():
    lengths = {
        "uint1": 1, "uint2": 2, "int4": 4, "uint4": 4, "uint8": 8, "float8": 8,
        "string1": 33, "unicodestring1": 33, "bytes1": 33, "long1": 33,
        "string4": 36, "unicodestring4": 36, "bytes4": 36, "long4": 36,
        "unicodestring8": 40, "bytes8": 40, "bytearray8": 40, "stringnl_noescape_pair": 17,
    }  # fmt: skip
    for opcode in pickletools.opcodes:
        expected = 0 if opcode.arg is None else lengths.get(opcode.arg.name, 16)
        assert pickle_opcodes.ARGUMENTS.get(ord(opcode.code), 0) == expected, opcode.name
    assert len(pickle_opcodes.ARGUMENTS) == sum(1 for o in pickletools.opcodes if o.arg)


def test_effects_on_the_stack_are_those_of_the_standard_library():
    known = {*pickle_opcodes.EFFECTS, *pickle_opcodes.TO_MARK, *b"(.0"}
    assert known == {ord(opcode.code) for opcode in pickletools.opcodes}
    for opcode in pickletools.opcodes:
        code = ord(opcode.code)
        before = [item.name for item in opcode.stack_before]
        after = [item.name for item in opcode.stack_after]
        if code in pickle_opcodes.EFFECTS and opcode.name not in ("PUT", "BINPUT", "LONG_BINPUT"):
            taken, put = pickle_opcodes.EFFECTS[code]
            memoizes = opcode.name == "MEMOIZE"
            assert memoizes or put - taken == len(after) - len(before), opcode.name
            assert memoizes or taken == len(before), opcode.name
        elif code in pickle_opcodes.TO_MARK:
            _, below, put = pickle_opcodes.TO_MARK[code]
            assert below == before.index("mark"), opcode.name
            assert put == len(after), opcode.name


def test_text_opcodes_are_those_of_protocol_0():
    first = {ord(opcode.code) for opcode in pickletools.opcodes if opcode.proto == 0}
    assert first == pickle_opcodes.TEXT
