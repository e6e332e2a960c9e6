"""What to do where a disk is full."""

from __future__ import annotations

import errno

ROOM = "free some space; nothing was changed"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def space_hint(error: OSError) -> str:
    """The hint for an error of writing: to make room where that is what lacks, else nothing."""
    return ROOM if error.errno in _FULL else ""
