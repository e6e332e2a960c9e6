"""A limit on work that is shared by all files of one entry."""

from __future__ import annotations


class Effort:
    """How many opcodes of pickle may still be walked; each file alone has a limit of its own."""

    __slots__ = ("left",)

    def __init__(self, opcodes: int = 3_000_000) -> None:
        self.left = opcodes
