"""A strict YAML reader over PyYAML's C events.

Read are plain trees of mappings with text keys, lists and scalars. Refused, each with its
place: tags, anchors, aliases, merge keys, duplicate keys, keys that are not plainly text,
further documents, control characters, and everything beyond the limits of
``documents``. Nothing here recurses, so no nesting can overflow a stack.
"""

from __future__ import annotations

from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from registrar.reading.characters import control_flaws
from registrar.reading.documents import MAX_NODES, Document, Flaw, decode, unreadable
from registrar.reading.yaml_builder import Builder, StopReading, locate
from registrar.reading.yaml_errors import syntax_flaw

try:
    from yaml._yaml import CParser as Parser
except ImportError:  # PyYAML without libyaml: the same events, slower
    from registrar.reading.pure_yaml import Parser  # type: ignore[assignment]


def read_strictly(raw: bytes, any_keys: bool = False, max_nodes: int = MAX_NODES) -> Document:
    """Read one YAML document; never raises on any bytes.

    With ``any_keys`` a key is its text, whatever it may be taken for: for files that DVC writes.
    ``max_nodes`` limits the number of values.
    """
    text, flaw = decode(raw)
    if flaw is not None:
        return unreadable(text, flaw)
    if text.startswith("\ufeff"):
        hint = "save the file as UTF-8 without a byte order mark"
        return unreadable(text, Flaw("the file begins with a byte order mark", hint))
    controls = control_flaws(text, raw)
    if controls:
        return unreadable(text, *controls)
    builder = Builder(any_keys, max_nodes)
    try:
        documents = _feed(builder, text)
    except StopReading:
        documents = 1
    except yaml.MarkedYAMLError as error:
        builder.flaws.append(syntax_flaw(text, error))
        documents = 1
    except yaml.YAMLError as error:
        builder.flaws.append(Flaw(f"not YAML: {str(error)[:200]}", "see the place"))
        documents = 1
    if documents == 0:
        return unreadable(text, Flaw("the file is empty", "write it, or remove it"))
    data = None if builder.flaws else builder.data
    marks = builder.marks
    return Document(
        text,
        data,
        tuple(builder.flaws),
        tuple(builder.ambiguous),
        tuple(builder.multiline),
        lambda route, key: locate(marks, route, key),
    )


def _feed(builder: Builder, text: str) -> int:
    """Run all events through the builder; the number of documents."""
    parser = Parser(text)
    documents = 0
    next_event, plainly = parser.get_event, builder.plainly
    try:
        while True:
            event: Any = next_event()
            kind = type(event)
            if kind is ScalarEvent:
                if not plainly(event):
                    builder.scalar(event)
            elif kind is MappingStartEvent:
                builder.open(event, {})
            elif kind is SequenceStartEvent:
                builder.open(event, [])
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                builder.close(event)
            elif kind is AliasEvent:
                builder.alias(event)
            elif kind is DocumentStartEvent:
                documents += 1
                if documents > 1:
                    builder.flaw("a second document begins here", "keep one", event)
                    return documents
                if event.version is not None or event.tags:
                    builder.flaw("%YAML and %TAG directives are not allowed", "remove it", event)
            elif kind is StreamEndEvent:
                return documents
            elif kind not in (StreamStartEvent, DocumentEndEvent):
                raise AssertionError(kind)
    finally:
        parser.dispose()
