"""ONNX: every node, tensor and function, by our own walk over the protobuf messages.

Nothing is loaded: tensors are skipped, only names, shapes and places of external data are read.
``onnx.checker`` may say more of shapes and types; ``onnx_checker`` asks it, in a child.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sized
from typing import BinaryIO

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.headers.onnx_external import external_faults
from registrar.integrations.scanning.headers.onnx_fields import (
    ATTRIBUTE,
    FUNCTION,
    GRAPH,
    MODEL,
    NODE,
    OPERATOR_SET,
    PAIR,
    SPARSE,
    TENSOR,
    TRAINING,
    Fields,
    bytes_wanted,
)
from registrar.integrations.scanning.headers.onnx_functions import Body, Operator, caller_faults
from registrar.integrations.scanning.headers.onnx_types import (
    ANNOTATION,
    DEVICES,
    NOTE,
    PLACEMENT,
    TYPE,
    VALUE,
    Whole,
    walk,
)
from registrar.integrations.scanning.headers.troubles import (
    BrokenError,
    byte,
    danger,
    quoted,
    told,
    unread,
)
from registrar.reading.sniffing.source import Source, TruncatedError

MAX_DEPTH = 16
"""Graphs within nodes within graphs."""
MAX_FUNCTIONS = 10_000
MAX_OPERATORS = 100_000
"""Different ones, over all graphs and functions."""
MAX_DIMENSIONS = 64
MAX_PAIRS = 16
_AGAIN = "export the model again"
_EXTERNAL = 1
_OF_MODEL = {14: NOTE, 26: DEVICES}
_OF_GRAPH = {11: VALUE, 12: VALUE, 13: VALUE, 14: ANNOTATION, 16: NOTE}
_OF_NODE = {9: NOTE, 10: PLACEMENT}
_OF_ATTRIBUTE = {14: TYPE, 15: TYPE}
_OF_FUNCTION = {9: Whole(OPERATOR_SET), 12: VALUE, 14: NOTE}


@told
def look(stream: BinaryIO, size: int, beside: Mapping[str, int]) -> Iterator[Trouble]:
    """Look at the ``size`` bytes of an ONNX model.

    ``beside`` are the files that external data may lie in: sizes by their paths from the model's
    folder, below 0 for links and what else is no plain file.
    """
    walk = _Walk(Source(stream, size), beside)
    broken: BrokenError | TruncatedError | None = None
    try:
        walk.model(size)
    except (BrokenError, TruncatedError) as error:
        broken = error
    yield from walk.fields.troubles
    if broken is not None:
        raise broken
    yield from caller_faults(walk.main, walk.functions)


class _Walk:
    """A walk over a model that gathers what its graphs call."""

    def __init__(self, source: Source, beside: Mapping[str, int]) -> None:
        self.source = source
        self.beside = beside
        self.fields = Fields(source)
        self.main = Body()
        self.functions: dict[Operator, Body] = {}
        self.operators = 0
        self.domains: dict[int, int] = {}

    def model(self, size: int) -> None:
        """The whole file."""
        seen = set()
        for number, start, end in self.fields.of(0, size, MODEL):
            seen.add(number if start < end else 0)  # an empty graph is none
            if number == 7:
                self.graph(start, end, MAX_DEPTH, self.main)
            elif number == 20:
                self.training(start, end)
            elif number == 25:
                self.function(start, end)
            elif number == 8:
                self.operator_set(start, end)
            else:
                self.rest(start, end, _OF_MODEL.get(number))
        if 7 not in seen or not seen & {1, 8}:
            raise BrokenError("there is no graph with its version in this model", _AGAIN)

    def rest(self, start: int, end: int, whole: Whole | None) -> None:
        """A message in which nothing is judged: it has to be whole."""
        if whole is not None:
            walk(self.fields, start, end, whole)

    def training(self, start: int, end: int) -> None:
        """How the model is trained on: graphs of their own."""
        for number, at, after in self.fields.of(start, end, TRAINING):
            if number in (1, 2):
                self.graph(at, after, MAX_DEPTH, self.main)
            else:
                self.rest(at, after, NOTE)

    def operator_set(self, start: int, end: int) -> None:
        """A domain, and the version of it that the graph is written in."""
        domain, version = "", 0
        for number, at, after in self.fields.of(start, end, OPERATOR_SET):
            if number == 1:
                domain = self.fields.text(at, after)
            else:
                version = self.fields.number(at)
        name = "" if domain == "ai.onnx" else domain
        if self.domains.get(hash(name)) != version:  # skl2onnx writes the same one twice
            self._once(self.domains.keys(), name, "operator set", start)
            self.domains[hash(name)] = version

    def _once(self, seen: Container[int], name: str, what: str, at: int) -> None:
        """Tell of a name that stands twice; hashes are kept, which are short."""
        if hash(name) in seen:
            self.fields.tell(
                danger(
                    f"the {what} {quoted(name)} stands twice, again at {byte(at)}: readers differ",
                    _AGAIN,
                )
            )

    def graph(self, start: int, end: int, deeper: int, body: Body) -> None:
        """A graph; ``deeper`` more may lie in it."""
        if not deeper:
            raise BrokenError(
                f"graphs are nested more than {MAX_DEPTH} deep at {byte(start)}", _AGAIN
            )
        names: set[int] = set()
        for number, at, after in self.fields.of(start, end, GRAPH):
            if number == 1:
                self.node(at, after, deeper, body)
            elif number == 5:
                name = self.tensor(at, after)
                self._once(names, name, "tensor", at)
                names.add(hash(name))
            elif number == 15:
                self.sparse(at, after)
            else:
                self.rest(at, after, _OF_GRAPH.get(number))

    def node(self, start: int, end: int, deeper: int, body: Body) -> None:
        """A node: whom it calls, and what lies in its attributes."""
        name = domain = overload = ""
        for number, at, after in self.fields.of(start, end, NODE):
            if number == 4:
                name = self.fields.text(at, after)
            elif number == 7:
                domain = self.fields.text(at, after)
            elif number == 8:
                overload = self.fields.text(at, after)
            elif number == 5:
                self.attribute(at, after, deeper, body)
            else:
                self.rest(at, after, _OF_NODE.get(number))
        self.operators += body.node((domain, name, overload), start)
        if self.operators > MAX_OPERATORS:
            raise BrokenError(f"more than {MAX_OPERATORS:,} different operators", _AGAIN)

    def attribute(self, start: int, end: int, deeper: int, body: Body) -> None:
        """An attribute: a tensor or a graph, or lists of them."""
        for number, at, after in self.fields.of(start, end, ATTRIBUTE):
            if number in (5, 10):
                self.tensor(at, after)
            elif number in (6, 11):
                self.graph(at, after, deeper - 1, body)
            elif number in (22, 23):
                self.sparse(at, after)
            else:
                self.rest(at, after, _OF_ATTRIBUTE.get(number))

    def function(self, start: int, end: int) -> None:
        """A function of the model's own."""
        body = Body()
        names = {1: "", 10: "", 13: ""}
        for number, at, after in self.fields.of(start, end, FUNCTION):
            if number in names:
                names[number] = self.fields.text(at, after)
            elif number == 7:
                self.node(at, after, MAX_DEPTH, body)
            elif number == 11:
                self.attribute(at, after, MAX_DEPTH, body)
            else:
                self.rest(at, after, _OF_FUNCTION.get(number))
        domain = "" if names[10] == "ai.onnx" else names[10]
        operator = (domain, names[1], names[13])
        if operator in self.functions:
            self.fields.tell(
                danger(f"the function {quoted(names[1])} stands twice: readers differ", _AGAIN)
            )
        if len(self.functions) >= MAX_FUNCTIONS:
            raise BrokenError(f"more than {MAX_FUNCTIONS:,} functions", _AGAIN)
        self.functions[operator] = body

    def sparse(self, start: int, end: int) -> None:
        """A sparse tensor: its values and their places are tensors."""
        for number, at, after in self.fields.of(start, end, SPARSE):
            if number in (1, 2):
                self.tensor(at, after)

    def tensor(self, start: int, end: int) -> str:
        """A tensor: its shape against its bytes, or where its data lies; gives its name."""
        shape: list[int] = []
        pairs: list[tuple[str, str]] = []
        kind = place = 0
        name = ""
        inline: int | None = None
        for number, at, after in self.fields.of(start, end, TENSOR):
            if number == 1:
                shape += self.fields.numbers(at, after)
                self._few(shape, MAX_DIMENSIONS, "dimensions", start)
            elif number == 2:
                kind = self.fields.number(at)
            elif number == 8:
                name = self.fields.text(at, after)
            elif number == 9:
                inline = after - at
            elif number == 13:
                pairs.append(self.pair(at, after))
                self._few(pairs, MAX_PAIRS, "keys of external data", start)
            elif number == 14:
                place = self.fields.number(at)
            elif number == 3:
                self.fields.tell(unread(f"a tensor in parts at {byte(start)}", _AGAIN))
        where = f"tensor {quoted(name)} at {byte(start)}"
        self.data(where, bytes_wanted(shape, kind), inline, pairs, place)
        return name

    def _few(self, found: Sized, most: int, what: str, at: int) -> None:
        if len(found) > most:
            raise BrokenError(f"a tensor with more than {most} {what} at {byte(at)}", _AGAIN)

    def pair(self, start: int, end: int) -> tuple[str, str]:
        """A key and its value."""
        found = {1: "", 2: ""}
        for number, at, after in self.fields.of(start, end, PAIR):
            found[number] = self.fields.text(at, after)
        return found[1], found[2]

    def data(
        self,
        where: str,
        wanted: int | None,
        inline: int | None,
        pairs: list[tuple[str, str]],
        place: int,
    ) -> None:
        """Judge where a tensor's data lies: in the model, or beside it."""
        if pairs or place == _EXTERNAL:
            if inline:
                self.fields.tell(danger(f"{where} has data in the model and beside it", _AGAIN))
            for trouble in external_faults(where, pairs, wanted, self.beside):
                self.fields.tell(trouble)
        elif place:
            self.fields.tell(unread(f"{where} lies at the unknown place {place:,}", _AGAIN))
        elif inline is not None and wanted is not None and inline != wanted:
            self.fields.tell(
                danger(
                    f"{where} has {inline:,} bytes; its shape has {wanted:,}:"
                    " a reader that trusts the shape leaves its bytes",
                    _AGAIN,
                )
            )
