"""The opcodes of pickle protocols 0 to 5: their arguments and what they do to the stack.

Source: ``pickletools.opcodes`` of the standard library, which costs too much to import here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType

HIGHEST_PROTOCOL = 5
PROTO, FRAME, STOP, MARK, POP, POP_MARK = 0x80, 0x95, *b".(01"
IMPORTS = frozenset(b"ci\x82\x83\x84\x93")
"""GLOBAL, INST, EXT1, EXT2, EXT4, STACK_GLOBAL."""
CALLS = frozenset(b"Rbio\x81\x92")
"""REDUCE, BUILD, INST, OBJ, NEWOBJ, NEWOBJ_EX: code of an imported name runs."""
TEXT = frozenset(b"(.02FILNPRSVabcdgilpst")
"""Opcodes of protocol 0; any other makes a stream without PROTO one of protocol 1."""
SHORT_STRINGS = frozenset(b"UX\x8c")


class Argument(IntEnum):
    """How the argument of an opcode is laid out; 0 to 8 is its length in bytes."""

    NONE = 0
    U1 = 1
    U2 = 2
    U4 = 4
    U8 = 8
    LINE = 16
    TWO_LINES = 17
    COUNTED1 = 33
    COUNTED4 = 36
    COUNTED8 = 40


_ARGUMENTS = {
    Argument.U1: b"Kqh\x80\x82",
    Argument.U2: b"M\x83",
    Argument.U4: b"Jjr\x84",
    Argument.U8: b"G\x95",
    Argument.LINE: b"FILSVPgp",
    Argument.TWO_LINES: b"ci",
    Argument.COUNTED1: b"UC\x8c\x8a",
    Argument.COUNTED4: b"TXB\x8b",
    Argument.COUNTED8: b"\x8d\x8e\x96",
}
_EFFECTS = {
    (0, 0): b"\x80\x95",
    (0, 1): b"NIJKMLFGSTUVXBCPghjc]})\x82\x83\x84\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x96\x97",
    (1, 1): b"pqr\x94Q\x98\x85",
    (1, 2): b"2",
    (2, 1): b"Rba\x81\x86\x93",
    (3, 1): b"s\x87\x92",
}
_TO_MARK = {
    (0, 0, 1): b"tld\x91i",
    (1, 0, 1): b"o",
    (0, 1, 1): b"eu\x90",
    (0, 0, 0): b"1",
}

ARGUMENTS: Mapping[int, Argument] = MappingProxyType(
    {code: argument for argument, codes in _ARGUMENTS.items() for code in codes}
)
"""Opcode to its argument; an opcode that is not here has none."""
EFFECTS: Mapping[int, tuple[int, int]] = MappingProxyType(
    {code: effect for effect, codes in _EFFECTS.items() for code in codes}
)
"""Opcode to how many items it takes from the stack and puts there."""
TO_MARK: Mapping[int, tuple[int, int, int]] = MappingProxyType(
    {code: effect for effect, codes in _TO_MARK.items() for code in codes}
)
"""Opcode that takes all down to the mark, to how many it needs above the mark, how many it
takes below it, and how many it puts there."""
