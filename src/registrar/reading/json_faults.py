"""What Python's JSON parser refuses, in the same words and at the same place on every Python.

Reports are compared by their messages, and the gate may run on another Python than the author's.
"""

from __future__ import annotations

import json

_CLOSED = {"]": ("Expecting value", "array"), "}": ("Expecting property name", "object")}
"""By the bracket: what older Pythons say of a comma before it, and what it closes."""


def same_everywhere(error: json.JSONDecodeError) -> json.JSONDecodeError:
    """The error as Python 3.13 raises it: at a comma that nothing follows, and naming it."""
    words, kind = _CLOSED.get(error.doc[error.pos : error.pos + 1], ("", ""))
    if not kind or not error.msg.startswith(words):
        return error
    before = error.doc[: error.pos].rstrip(" \t\n\r")
    if not before.endswith(","):
        return error
    message = f"Illegal trailing comma before end of {kind}"
    return json.JSONDecodeError(message, error.doc, len(before) - 1)
