"""Reading YAML: plain documents quickly, all others by the strict reader."""

from __future__ import annotations

from functools import lru_cache

from registrar.reading.documents import Document, decode, unreadable
from registrar.reading.quick_yaml import read_plainly


def read_yaml(raw: bytes, any_keys: bool = False) -> Document:
    """Read one strict YAML document; never raises on any bytes.

    With ``any_keys`` a key is its text, whatever it may be taken for: for files that DVC writes.
    """
    text, flaw = decode(raw)
    if flaw is not None:
        return unreadable(text, flaw)
    data = read_plainly(text)
    if data is None:
        from registrar.reading.strict_yaml import read_strictly  # with it comes all of PyYAML

        return read_strictly(raw, any_keys)

    @lru_cache(maxsize=1)
    def strictly() -> Document:
        """Only a finding asks for a place, and the strict reader knows it."""
        from registrar.reading.strict_yaml import read_strictly

        return read_strictly(raw, any_keys)

    return Document(text, data, locate=lambda route, key: strictly().span(route, key))
