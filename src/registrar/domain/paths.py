"""Relative paths that a document may name."""

from __future__ import annotations

import posixpath
import re
import unicodedata

MAX_PATH = 1000
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}")
"""One part, nothing odd: most paths."""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def has_control(text: str) -> bool:
    """Tell whether a text holds C0, C1, bidirectional or line-separating control characters."""
    return not text.isprintable() and _CONTROL.search(text) is not None


def path_fault(path: str) -> str | None:
    """Say why a path may not be resolved inside an entry; None for a good one."""
    if _PLAIN.fullmatch(path):
        return None
    if not path or len(path) > MAX_PATH:
        return "is empty" if not path else f"is longer than {MAX_PATH} characters"
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return "is absolute"
    if "\\" in path:
        return "holds a backslash"
    if has_control(path):
        return "holds a control character"
    parts = path.removesuffix("/").split("/")
    if ".." in parts:
        return "leaves the entry with '..'"
    if "." in parts or "" in parts:
        return "holds an empty or '.' part"
    return None if is_nfc(path) else "is not in Unicode form NFC"


def is_nfc(path: str) -> bool:
    """Tell whether a path is in Unicode form NFC and can be written as UTF-8."""
    if path.isascii():
        return True
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return unicodedata.is_normalized("NFC", path)


def external_path(path: str, location: str) -> str | None:
    """Where a file names another one, relative to itself; None where that leaves the entry."""
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), location))
    return None if location.startswith("/") or path_fault(joined) else joined


def inside(path: str, folder: str) -> bool:
    """Tell whether a path is the folder itself or lies in it; "" is the top."""
    return not folder or path == folder or path.startswith(folder + "/")
