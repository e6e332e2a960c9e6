"""What the folder of a logged model says of it: flavour, signature, requirements."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from registrar.domain.metadata import mapping, sequence, text
from registrar.domain.runs import Column, Signature

_LONGEST = 1 << 20
"""Bytes of a document; signatures of wide tables are long."""
_MOST = 10_000
_REQUIREMENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*(?: ?\[[A-Za-z0-9._, -]*\])?)\s*(.*)")
_VERSIONS = re.compile(r"[=<>!~][A-Za-z0-9=<>!~.*+, _-]*")
_DEEPEST = 8


def read_mlmodel(folder: str) -> Mapping[str, Any]:
    """The document ``MLmodel``; raises OSError, and yaml's errors."""
    import yaml

    with open(os.path.join(folder, "MLmodel"), encoding="utf-8") as stream:
        return mapping(yaml.safe_load(stream.read(_LONGEST)))


def signature_of(document: Mapping[str, Any]) -> Signature | None:
    """The signature that ``MLmodel`` holds, lists of JSON inside YAML; None without one."""
    told = mapping(document.get("signature"))
    parts = [tuple(_columns(told.get(key))) for key in ("inputs", "outputs", "params")]
    return Signature(*parts) if any(parts) else None


def requirements_of(folder: str) -> tuple[str, ...]:
    """The packages of ``requirements.txt``: names and versions, never an address or an option."""
    try:
        with open(os.path.join(folder, "requirements.txt"), encoding="utf-8") as stream:
            lines = stream.read(_LONGEST).splitlines()
    except (OSError, UnicodeDecodeError):
        return ()
    found = (_requirement(line) for line in lines[:_MOST])
    return tuple(line for line in found if line)


def _requirement(line: str) -> str:
    match = _REQUIREMENT.fullmatch(line.partition("#")[0].partition(";")[0].strip())
    if match is None:
        return ""
    name, rest = match[1], match[2].strip()
    return f"{name}{rest}" if _VERSIONS.fullmatch(rest) else name


def _columns(told: object) -> Iterator[Column]:
    try:
        items = json.loads(told) if isinstance(told, str) else told
    except (ValueError, RecursionError):
        return
    for item in sequence(items)[:_MOST]:
        fields = mapping(item)
        tensor = mapping(fields.get("tensor-spec"))
        name = text(fields.get("name")) or ""
        if tensor:
            shape = tuple(n for n in sequence(tensor.get("shape")) if type(n) is int)
            yield Column(name, text(tensor.get("dtype")) or "tensor", shape)
        elif (kind := _kind(fields, 0)) is not None:
            optional = fields.get("required") is False or "default" in fields
            yield Column(name, kind, optional=optional)


def _kind(fields: Mapping[str, Any], depth: int) -> str | None:
    """The type of a column; of an array, what it holds."""
    kind = text(fields.get("type"))
    inner = mapping(fields.get("items"))
    if kind == "array" and inner and depth < _DEEPEST:
        return f"array of {_kind(inner, depth + 1) or 'anything'}"
    return kind
