"""skops: the zip, then every node of its schema against exact names.

skops audits by the same names, but trusts the list that comes with the model (GHSA-w582-9x45-8mpx)
and the protocol that the file claims. Here ``allowed`` alone decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.headers.json_header import read_header
from registrar.integrations.scanning.headers.skops_members import Place, by_name, member_faults
from registrar.integrations.scanning.headers.skops_nodes import Nodes
from registrar.integrations.scanning.headers.skops_types import PROTOCOLS, Pair
from registrar.integrations.scanning.headers.troubles import (
    BrokenError,
    danger,
    quoted,
    told,
    unread,
)
from registrar.integrations.scanning.headers.zip_contents import content
from registrar.integrations.scanning.headers.zip_entries import Entry, entries
from registrar.integrations.scanning.headers.zips import structure_faults
from registrar.reading.sniffing.source import Source

MAX_SCHEMA = 32 * 1024 * 1024
_SCHEMA = "schema.json"
_AGAIN = "write the model again with skops.io.dump"


@told
def look(
    stream: BinaryIO,
    size: int,
    beside: Mapping[str, int],
    allowed: frozenset[Pair],
    held: frozenset[Pair] = frozenset(),
) -> Iterator[Trouble]:
    """Look at the ``size`` bytes of a skops file.

    ``allowed`` are the exact names (module, name) that may be built and called; those of ``held``
    may only be held, or made empty and given their state.
    """
    source = Source(stream, size)
    faulty = False
    place = Place(stream, source)
    for trouble in structure_faults(source, place.allowance):
        faulty = True
        yield trouble
    if faulty:
        return
    members = by_name(entries(source)[0])
    schema = _schema(source, members)
    for name in schema.twice:
        yield danger(f"{_SCHEMA} has the key {quoted(name)} twice in one object", _AGAIN)
    if not isinstance(schema.data, dict):
        raise BrokenError(f"{_SCHEMA} is no JSON object", _AGAIN)
    protocol = schema.data.get("protocol")
    if type(protocol) is not int or protocol not in PROTOCOLS:
        yield unread(
            f"{_SCHEMA} has the protocol {quoted(str(protocol))}; {PROTOCOLS[0]} to"
            f" {PROTOCOLS[-1]} are known",
            "use a newer registrar, or write the model with an older skops",
        )
    nodes = Nodes(allowed, held)
    yield from nodes.faults(schema.data)
    for name, loaders in nodes.files.items():
        entry = members.get(name)
        if entry is None:
            yield unread(f"{_SCHEMA} names the member {quoted(name)}, which is not there", _AGAIN)
        else:
            yield from member_faults(place, entry, frozenset(loaders))
    for name in sorted(members.keys() - nodes.files.keys() - {_SCHEMA}):
        yield unread(f"nothing in {_SCHEMA} names the {members[name].shown}", _AGAIN)


def _schema(source: Source, members: Mapping[str, Entry]) -> Any:
    entry = members.get(_SCHEMA)
    if entry is None:
        raise BrokenError(f"the zip has no {_SCHEMA}", _AGAIN)
    if entry.size > MAX_SCHEMA:
        raise BrokenError(
            f"{_SCHEMA} has {entry.size:,} bytes; {MAX_SCHEMA:,} are read",
            "convert the model to ONNX",
        )
    return read_header(content(source, entry, MAX_SCHEMA), _SCHEMA)
