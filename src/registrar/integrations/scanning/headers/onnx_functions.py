"""Who runs the nodes of an ONNX model: its own functions, known operators, or a foreign library.

Source: ``FunctionProto`` and ``ModelProto.functions`` in onnx.proto: a function may call others,
never itself; whether one that is named as a standard operator takes its place is the runtime's
choice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.headers.troubles import byte, danger, quoted, unread

STANDARD = frozenset(
    {"", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview", "ai.onnx.preview.training"}
)
"""Domains of the ONNX standard; ``ai.onnx`` is another word for the empty one."""
KNOWN = STANDARD | {"com.microsoft"}
"""Domains whose operators ONNX Runtime brings along; all others are somebody's library."""
PROGRAMS: Mapping[tuple[str, str], str] = {
    ("com.microsoft", "EPContext"): "a program that is compiled for one device",
    ("com.microsoft", "PythonOp"): "a class of Python",
    ("com.microsoft", "PythonOpGrad"): "a class of Python",
}
"""Operators of ONNX Runtime that run something else than a model."""
MAX_EXPANDED = 10_000_000
"""Nodes once every call is replaced by the function's own, as runtimes do."""
_HINT = "export the model with standard operators alone"

Operator = tuple[str, str, str]
"""Domain, name and overload."""


@dataclass(slots=True)
class Body:
    """What a graph or a function calls, and where each was first seen."""

    calls: Counter[Operator] = field(default_factory=Counter)
    first: dict[Operator, int] = field(default_factory=dict)
    """Byte of the first node of an operator."""

    def node(self, operator: Operator, at: int) -> bool:
        """Note one node; tells whether its operator is a new one."""
        domain, name, overload = operator
        operator = ("" if domain == "ai.onnx" else domain, name, overload)
        self.calls[operator] += 1
        return self.first.setdefault(operator, at) == at


def caller_faults(main: Body, functions: Mapping[Operator, Body]) -> Iterator[Trouble]:
    """Nodes that run what is not in the model, and functions that never end."""
    for operator in functions:
        if operator[0] in STANDARD:
            yield danger(
                f"the function {_named(operator)} has the name of a standard operator's domain:"
                " runtimes differ in which one they run",
                _HINT,
            )
    yield from _foreign([main, *functions.values()], functions)
    yield from _expansion(main, functions)


def _foreign(bodies: list[Body], functions: Mapping[Operator, Body]) -> Iterator[Trouble]:
    """Operators of unknown domains, one trouble a domain; compiled programs."""
    domains: dict[str, dict[Operator, int]] = {}
    for body in bodies:
        for operator, at in body.first.items():
            if operator[:2] in PROGRAMS:  # a function of that name would not take its place
                what = PROGRAMS[operator[:2]]
                yield danger(
                    f"the node at {byte(at)} ({operator[1]}) carries or names {what}, which"
                    " cannot be looked into",
                    "keep the model before it was compiled, or export it for inference",
                )
            elif operator in functions:
                continue
            elif operator[0] not in KNOWN:
                domains.setdefault(operator[0], {}).setdefault(operator, at)
    for domain, found in domains.items():
        names = ", ".join(quoted(operator[1], 40) for operator in list(found)[:3])
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        yield danger(
            f"operators of the custom domain {quoted(domain)} ({names}{more}, first at"
            f" {byte(min(found.values()))}): their code is in a library that is not the model",
            _HINT,
        )


def _expansion(main: Body, functions: Mapping[Operator, Body]) -> Iterator[Trouble]:
    """Calls that come back to where they began, or that multiply without end."""
    sizes: dict[Operator, int] = {}
    waiting: dict[Operator, set[Operator]] = {
        name: body.calls.keys() & functions.keys() for name, body in functions.items()
    }
    callers: dict[Operator, list[Operator]] = {}
    for name, called in waiting.items():
        for other in called:
            callers.setdefault(other, []).append(name)
    ready = [name for name, called in waiting.items() if not called]
    while ready:
        name = ready.pop()
        sizes[name] = _size(functions[name], sizes)
        for caller in callers.get(name, ()):
            waiting[caller].discard(name)
            if not waiting[caller]:
                ready.append(caller)
    if len(sizes) < len(functions):
        name = min(functions.keys() - sizes.keys())
        yield danger(f"the function {_named(name)} calls itself, by others or at once", _HINT)
    elif _size(main, sizes) > MAX_EXPANDED:
        yield danger(
            f"its functions call each other so that more than {MAX_EXPANDED:,} nodes come of it",
            _HINT,
        )
    elif any(size > MAX_EXPANDED for size in sizes.values()):
        yield unread("a function that nobody calls has nodes without end", _HINT)


def _size(body: Body, sizes: Mapping[Operator, int]) -> int:
    """Nodes of a body once calls are replaced; a little more than the limit where it is above."""
    total = 0
    for operator, count in body.calls.items():
        total += count * sizes.get(operator, 1)
        if total > MAX_EXPANDED:
            return MAX_EXPANDED + 1
    return total


def _named(operator: Operator) -> str:
    domain, name, _ = operator
    return quoted(f"{domain}.{name}" if domain else name)
