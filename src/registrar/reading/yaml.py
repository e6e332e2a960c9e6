"""Reading YAML: plain documents quickly, all others by the strict reader."""

from __future__ import annotations

from registrar.domain.places import Route, Span
from registrar.reading.documents import MAX_NODES, Document, decode, unreadable
from registrar.reading.quick_yaml import read_plainly


class _Places:
    """Places in a document that was read quickly: the strict reader is asked by a finding only."""

    __slots__ = ("any_keys", "raw", "read")

    def __init__(self, raw: bytes, any_keys: bool) -> None:
        self.raw = raw
        self.any_keys = any_keys
        self.read: Document | None = None

    def __call__(self, route: Route, key: bool) -> Span:
        if self.read is None:
            from registrar.reading.strict_yaml import read_strictly

            self.read = read_strictly(self.raw, self.any_keys)
        return self.read.span(route, key)


def read_yaml(raw: bytes, any_keys: bool = False, max_nodes: int = MAX_NODES) -> Document:
    """Read one strict YAML document; never raises on any bytes.

    With ``any_keys`` a key is its text, whatever it may be taken for: for files that DVC writes.
    ``max_nodes`` limits the number of values.
    """
    text, flaw = decode(raw)
    if flaw is not None:
        return unreadable(text, flaw)
    data = read_plainly(text) if max_nodes >= MAX_NODES else None
    if data is None:
        from registrar.reading.strict_yaml import read_strictly  # with it comes all of PyYAML

        return read_strictly(raw, any_keys, max_nodes)
    return Document(text, data, locate=_Places(raw, any_keys))
