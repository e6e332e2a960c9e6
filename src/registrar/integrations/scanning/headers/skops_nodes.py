"""A walk over the nodes of a skops schema: what each imports, calls, and refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.headers.json_header import read_header
from registrar.integrations.scanning.headers.skops_states import state_fault
from registrar.integrations.scanning.headers.skops_types import (
    ARRAY_SHAPES,
    BIT_GENERATORS,
    COMMON,
    HOLDERS,
    KEY_TYPES,
    OPERATORS,
    SHAPES,
    TRUSTED,
    Kind,
    Pair,
)
from registrar.integrations.scanning.headers.troubles import (
    BrokenError,
    allowing,
    danger,
    quoted,
    unread,
)

MAX_NODES = 1_000_000
MAX_DEPTH = 200
_AGAIN = "write the model again with skops.io.dump"
_FRESH = ("__id__", "file")
_REPEATED = frozenset({*SHAPES, "NdArrayNode"}) - {"CachedNode"}
_FOREIGN = "do not load it: no model that skops writes has this"


class Where(NamedTuple):
    """The place of a node, put into words when it is told."""

    part: str
    loader: str

    def __str__(self) -> str:
        return f"{quoted(self.part)} of a {self.loader}" if self.loader else self.part


Step = tuple[Any, int, Where]
"""A node, how deep it lies, and where."""


class Nodes:
    """Judges all nodes of one schema; gathers the members that they name."""

    def __init__(self, allowed: frozenset[Pair], held: frozenset[Pair]) -> None:
        self.allowed = allowed
        self.held = held
        self.files: dict[str, set[str]] = {}
        """Names of members to the loaders of the nodes that name them."""
        self._seen: dict[int, Any] = {}
        """The first node under each id."""
        self._same: set[tuple[int, int]] = set()
        """Identities of nodes that were found the same, as parts of others."""
        self._above: set[int] = set()
        self._told: set[tuple[str, Pair]] = set()

    def faults(self, schema: Any) -> Iterator[Trouble]:
        """What is wrong with the node at the top and with all below it."""
        waiting: list[Step | int] = [(schema, 0, Where("the top", ""))]
        count = 0
        while waiting:
            step = waiting.pop()
            if isinstance(step, int):  # all below a node with this id were looked at
                self._above.discard(step)
                continue
            count += 1
            node, depth, where = step
            if count > MAX_NODES or depth > MAX_DEPTH:
                most = f"{MAX_NODES:,} nodes, {MAX_DEPTH} deep"
                raise BrokenError(f"more than {most}, at {where}", "convert the model to ONNX")
            yield from self._node(node, depth, where, waiting)

    def _node(
        self, node: Any, depth: int, where: Where, waiting: list[Step | int]
    ) -> Iterator[Trouble]:
        names = _names(node)
        if names is None:
            yield unread(f"no node of skops at {where}", _AGAIN)
            return
        loader, module, name = names
        yield from self._identity(node, names, where, waiting)
        shape = _shape(node, loader)
        if shape is None:
            yield danger(f"the unknown loader {quoted(loader)} at {where}", _FOREIGN)
            return
        yield from self._types(node, loader, (module, name), where)
        strange = sorted(node.keys() - shape.keys() - COMMON)
        if strange:
            yield unread(f"the unknown key {quoted(strange[0])} of a {loader} at {where}", _AGAIN)
        inner: list[Step | int] = []
        for key, kind in shape.items():
            below = _below(node.get(key), kind)
            if below is None:
                yield unread(
                    f"{quoted(key)} of a {loader} at {where} is not as it should be", _AGAIN
                )
                continue
            inner += [(item, depth + 1, Where(part, loader)) for part, item in below]
            if kind is Kind.FILE:
                self.files.setdefault(node[key], set()).add(loader)
        waiting += reversed(inner)  # the first is taken next, as skops does

    def _identity(
        self, node: Any, names: tuple[str, str, str], where: Where, waiting: list[Step | int]
    ) -> Iterator[Trouble]:
        """One id stands for one object: skops takes the first, whatever the second says."""
        identity = node.get("__id__")
        if identity is None:
            return
        if type(identity) is not int:
            yield unread(f"an id that is no whole number at {where}", _AGAIN)
            return
        cached = names[0] == "CachedNode"
        if cached and identity not in self._seen:
            yield unread(f"a reference to what did not stand before, at {where}", _AGAIN)
        first = self._seen.setdefault(identity, node)
        if not cached and not _are_same(first, node, self._same):
            yield danger(f"two objects under one id at {where}: skops takes the first", _AGAIN)
        if identity in self._above:
            yield danger(f"an object that lies in itself, at {where}", _AGAIN)
        elif not cached:
            self._above.add(identity)
            waiting.append(identity)

    def _types(self, node: Any, loader: str, pair: Pair, where: Where) -> Iterator[Trouble]:
        """The names that a node has skops import."""
        if loader not in ("JsonNode", "CachedNode", "MethodNode"):
            yield from self._name(loader, pair, where)
        if loader == "MethodNode":
            method = node.get("content", {}).get("func") if _is_dict(node.get("content")) else None
            yield from self._name(loader, (pair[0], f"{pair[1]}.{method}"), where)
        elif loader == "OperatorFuncNode" and pair[1] not in OPERATORS:
            yield danger(f"operator.{quoted(pair[1])} is called at {where}", _FOREIGN)
        elif loader == "TreeNode" and pair != ("sklearn.tree._tree", "Tree"):
            yield danger(f"a TreeNode at {where} that is none of scikit-learn's", _AGAIN)
        elif loader == "ObjectNode":
            if fault := state_fault(pair, node.get("content")):
                shown = quoted(".".join(pair), 120)
                yield danger(f"gives {shown} at {where} {quoted(fault, 200)[1:-1]}", _FOREIGN)
        elif loader == "DictNode":
            yield from _key_types(node.get("key_types"), where)
        elif loader == "RandomGeneratorNode":
            yield from _bit_generator(node, where)
        elif loader == "JsonNode" and _nests(node.get("content")):
            read_header(node["content"].encode("utf-8", "replace"), f"the JSON at {where}")

    def _name(self, loader: str, pair: Pair, where: Where) -> Iterator[Trouble]:
        if pair in TRUSTED.get(loader, ()) or pair in self.allowed:
            return
        if (loader in HOLDERS and pair in self.held) or (loader, pair) in self._told:
            return
        self._told.add((loader, pair))
        shown = quoted(".".join(pair), 120)
        yield danger(f"{shown} is not on the allowlist ({loader} at {where})", allowing(*pair))


def _names(node: Any) -> tuple[str, str, str] | None:
    """Loader, module and class of a node; None for what is none."""
    if not isinstance(node, dict):
        return None
    loader, module, name = (node.get(key) for key in ("__loader__", "__module__", "__class__"))
    if loader == "CachedNode" and module is None and name is None:
        return "CachedNode", "", ""
    if isinstance(loader, str) and isinstance(module, str) and isinstance(name, str):
        return loader, module, name
    return None


def _are_same(first: Any, second: Any, known: set[tuple[int, int]]) -> bool:
    """Tell whether skops makes the same of two nodes, but for the numbers in their arrays.

    It writes an object again wherever it lies, with new ids and files for what it makes for that.
    """
    waiting = [(first, second)]
    while waiting:
        one, other = waiting.pop()
        if one is other or (id(one), id(other)) in known:
            continue
        if type(one) is not type(other):
            return False
        if isinstance(one, dict):
            known.add((id(one), id(other)))
            if list(one) != list(other):
                return False
            loader = one.get("__loader__")
            fresh = _FRESH if isinstance(loader, str) and loader in _REPEATED else ()
            waiting += [(one[key], other[key]) for key in one if key not in fresh]
        elif isinstance(one, list):
            if len(one) != len(other):
                return False
            waiting += zip(one, other, strict=True)
        elif one != other:
            return False
    return True


def _nests(value: Any) -> bool:
    return isinstance(value, str) and ("[" in value or "{" in value)


def _is_dict(value: Any) -> bool:
    return isinstance(value, dict)


def _shape(node: Mapping[str, Any], loader: str) -> Mapping[str, Kind] | None:
    if loader == "NdArrayNode":
        kind = node.get("type")
        return ARRAY_SHAPES.get(kind, {}) if isinstance(kind, str) else {}
    return SHAPES.get(loader)


def _below(value: Any, kind: Kind) -> list[tuple[str, Any]] | None:
    """The nodes of a value with a name each; None where it is not of its kind."""
    if kind is Kind.NODE:
        return [("content", value)] if _is_dict(value) else None
    if kind is Kind.MAYBE:
        return [] if value is None else _below(value, Kind.NODE)
    if kind is Kind.LIST:
        return (
            [(f"[{n}]", item) for n, item in enumerate(value)] if isinstance(value, list) else None
        )
    if kind in (Kind.TEXT, Kind.FILE):
        return [] if isinstance(value, str) else None
    if not isinstance(value, dict):
        return None
    if kind is Kind.PLAIN:
        plain = all(item is None or isinstance(item, int | float | str) for item in value.values())
        return [] if plain else None
    if kind is Kind.METHOD:
        return [("obj", value.get("obj"))] if isinstance(value.get("func"), str) else None
    return list(value.items())


def _key_types(node: Any, where: Where) -> Iterator[Trouble]:
    """skops calls each type with the text of its key."""
    content = node.get("content") if _is_dict(node) else None
    for item in content if isinstance(content, list) else ():
        names = _names(item)
        if names is None or names[0] != "TypeNode" or names[1:] not in KEY_TYPES:
            shown = quoted(".".join(names[1:])) if names else "something else"
            yield danger(f"{shown} as the type of a key at {where}, which skops calls", _AGAIN)


def _bit_generator(node: Mapping[str, Any], where: Where) -> Iterator[Trouble]:
    """skops looks the name up in ``numpy.random``, and calls what it finds."""
    found: Any = node
    for key in ("content", "bit_generator", "content", "bit_generator", "content"):
        found = found.get(key) if _is_dict(found) else None
    name = found.strip('"') if isinstance(found, str) else None
    if name not in BIT_GENERATORS:
        shown = quoted(str(name))
        yield danger(f"the bit generator {shown} of a Generator at {where} is not NumPy's", _AGAIN)
