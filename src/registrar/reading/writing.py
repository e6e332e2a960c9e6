"""YAML as our programs write it: block style, no scalar that any version of YAML misreads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from registrar.reading.scalars import resolve

Value = None | bool | int | float | str | Sequence["Value"] | Mapping[str, "Value"]
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./+-]*")
_WIDTH = 88
"""Columns that a list or mapping on one line may take."""


def scalar(value: bool | int | float | str | None) -> str:
    """One scalar, quoted wherever YAML 1.1 or 1.2 would take it for anything but itself."""
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and type(resolve(value)) is str
        return value if plain else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def document(data: Mapping[str, Value]) -> str:
    """A mapping as a document; what has no value is left out."""
    return "".join(f"{line}\n" for line in _mapping(data, ""))


def _mapping(data: Mapping[str, Value], indent: str) -> Iterator[str]:
    for key, value in data.items():
        if value is None or value == () or value == {} or value == []:
            continue
        yield from _item(f"{indent}{scalar(key)}:", value, indent)


def _item(head: str, value: Value, indent: str) -> Iterator[str]:
    """A key or a dash with its value: on its line where it fits, otherwise below."""
    short = f"{head} {_flow(value)}"
    if not isinstance(value, Mapping | list | tuple) or len(short) <= _WIDTH:
        yield short
    elif isinstance(value, Mapping):
        yield head
        yield from _mapping(value, f"{indent}  ")
    else:
        yield head
        for item in value:
            yield f"{indent}- {_flow(item)}"


def _flow(value: Value) -> str:
    if isinstance(value, Mapping):
        kept = {k: v for k, v in value.items() if v is not None}
        return f"{{{', '.join(f'{scalar(k)}: {_flow(v)}' for k, v in kept.items())}}}"
    if isinstance(value, str) or not isinstance(value, Sequence):
        return scalar(value)
    return f"[{', '.join(map(_flow, value))}]"
