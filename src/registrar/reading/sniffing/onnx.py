"""ONNX models and TensorFlow SavedModels: protobuf messages without a magic number.

Sources: ``onnx.proto`` (ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto) and
TensorFlow's ``saved_model.proto`` and ``meta_graph.proto``. Fields that these do not have are
refused, although protobuf would skip them: what is not known is not ONNX.
"""

from __future__ import annotations

import re

from registrar.domain.formats import Format
from registrar.reading.sniffing.protobuf import (
    BYTES,
    I32,
    I64,
    VARINT,
    Budget,
    Kinds,
    NotThisMessageError,
    fields,
    kinds,
    varint,
)
from registrar.reading.sniffing.sniffed import Sniffed
from registrar.reading.sniffing.source import Source, TruncatedError

MAX_FIELDS = 500_000
_RESERVED = 300_000
"""Fields kept for the graph itself; once they are reached, nodes are skipped unread."""
MAX_EXTERNAL = 10_000
MAX_LOCATION = 4096
_MAX_DEPTH = 8
_FIRST_BYTES = frozenset(b"\x08\x12\x1a\x22\x32\x3a")
"""Tags of fields 1 to 7 that are no opcode of pickle, so that no model is also a pickle."""

MODEL = kinds(varints="1 5", messages="2 3 4 6 7 8 14 20 25 26")
GRAPH = kinds(messages="1 2 5 10 11 12 13 14 15 16")
NODE = kinds(messages="1 2 3 4 5 6 7 8 9 10")
ATTRIBUTE: Kinds = kinds(varints="3 20", messages="1 4 5 6 9 10 11 13 14 15 21 22 23") | {
    2: (I32,),
    7: (I32, BYTES),
    8: (VARINT, BYTES),
}
TENSOR: Kinds = kinds(varints="2 14", messages="3 6 8 9 12 13 16") | {
    1: (VARINT, BYTES),
    4: (I32, BYTES),
    5: (VARINT, BYTES),
    7: (VARINT, BYTES),
    10: (I64, BYTES),
    11: (VARINT, BYTES),
}
HIDDEN = "(a place that is not told plainly)"
"""Stands for external data that was found, and not read field by field."""
_LOCATION = re.compile(rb"\x0a(?:\x08|\x88[\x00\x80]+)location")
"""The key of an entry of ``external_data``, whatever stands around it."""
_BLOCK = 1024 * 1024
_PAIR = kinds(messages="1 2")
_SHORTEST = len("location") + 4
"""No attribute below this length can name external data."""

SAVED_MODEL = kinds(varints="1", messages="2")
META_GRAPH = kinds(messages="1 2 3 4 5 6 7")
GRAPH_DEF = kinds(varints="3", messages="1 2 4 5")


def sniff_onnx(source: Source) -> Sniffed | None:
    """Tell an ONNX model by all its top-level fields and those of its graph.

    It must have a graph that is not empty and an ``ir_version`` or an ``opset_import``.
    """
    if not source.head or source.head[0] not in _FIRST_BYTES:
        return None
    walk = _Walk(source)
    seen: set[int] = set()
    version = 0
    try:
        source.go(0)
        for number, start, end in fields(source, source.size, MODEL, walk.budget):
            seen.add(number)
            if number == 7:  # fields of the graph are kept as negative numbers
                seen.update(-field for field in walk.graph(start, end, _MAX_DEPTH))
            elif number in (20, 25):  # training, functions: graphs and nodes further in
                walk.rest(start, end)
            elif number == 1:
                source.go(start)
                version = varint(source)
    except (TruncatedError, NotThisMessageError):
        return None
    if not seen & {1, 8} or not seen & {-1, -5, -12}:
        return None
    detail = f"IR version {version}" if version else ""
    return Sniffed(Format.ONNX, tuple(walk.external), detail)


class _Walk:
    """A walk over graphs that gathers the locations of external data."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.budget = Budget(MAX_FIELDS)
        self.external: dict[str, None] = {}

    def graph(self, start: int, end: int, depth: int) -> set[int]:
        """The field numbers of a graph; its tensors and those of its nodes are looked at."""
        self.source.go(start)
        seen = set()
        for number, at, after in fields(self.source, end, GRAPH, self.budget):
            seen.add(number)
            if number == 5:
                self._tensor(at, after)
            elif number == 1:
                self._node(at, after, depth)
            elif number == 15:  # sparse tensors
                self.rest(at, after)
        return seen

    def rest(self, start: int, end: int) -> None:
        """Look for external data where nothing is read field by field.

        That may be long (lists of numbers), or deep; a location that is found here is not told.
        """
        before = b""
        while start < end and HIDDEN not in self.external:
            self.source.go(start)
            block = self.source.take(min(end - start, _BLOCK))
            if _LOCATION.search(before + block):
                self.external[HIDDEN] = None
            start += len(block)
            before = block[-16:]

    def _node(self, start: int, end: int, depth: int) -> None:
        if end - start < _SHORTEST:
            return
        if self.budget.left < _RESERVED:
            self.rest(start, end)
            return
        self.source.go(start)
        for number, at, after in fields(self.source, end, NODE, self.budget):
            if number == 5 and after - at >= _SHORTEST:
                self._attribute(at, after, depth)

    def _attribute(self, start: int, end: int, depth: int) -> None:
        self.source.go(start)
        for number, at, after in fields(self.source, end, ATTRIBUTE, self.budget):
            if number in (7, 8, 9):  # lists of numbers and strings, without end
                self.rest(at, end)
                return
            if number in (5, 10):
                self._tensor(at, after)
            elif number in (6, 11) and depth:
                self.graph(at, after, depth - 1)
            elif number in (6, 11, 22, 23):  # too deep, or sparse
                self.rest(at, after)

    def _tensor(self, start: int, end: int) -> None:
        self.source.go(start)
        for number, at, after in fields(self.source, end, TENSOR, self.budget):
            if number in (4, 5, 7, 10, 11) and after - at <= 10:  # numbers one by one
                self.rest(after, end)
                return
            if number == 13:
                self._external(at, after)

    def _external(self, start: int, end: int) -> None:
        self.source.go(start)
        pair = {1: b"", 2: b""}
        for number, at, after in fields(self.source, end, _PAIR, self.budget):
            if after - at <= MAX_LOCATION:
                self.source.go(at)
                pair[number] = self.source.take(after - at)
        if pair[1] == b"location" and pair[2]:
            name = pair[2].decode("utf-8", "replace")
            self.external[name if len(self.external) < MAX_EXTERNAL else HIDDEN] = None


def sniff_savedmodel(source: Source) -> Sniffed | None:
    """Tell a TensorFlow SavedModel (``saved_model.pb``) by its meta graphs."""
    if source.head[:1] not in (b"\x08", b"\x12"):
        return None
    budget = Budget(MAX_FIELDS)
    graphs = 0
    try:
        source.go(0)
        for number, start, end in fields(source, source.size, SAVED_MODEL, budget):
            if number == 2:
                source.go(start)
                graphs += _graph_defs(source, end, budget)
    except (TruncatedError, NotThisMessageError):
        return None
    return Sniffed(Format.SAVEDMODEL) if graphs else None


def _graph_defs(source: Source, end: int, budget: Budget) -> int:
    """How many graphs that are not empty one meta graph holds."""
    found = 0
    for number, start, after in fields(source, end, META_GRAPH, budget):
        if number == 2:
            source.go(start)
            found += sum(1 for _ in fields(source, after, GRAPH_DEF, budget)) > 0
    return found
