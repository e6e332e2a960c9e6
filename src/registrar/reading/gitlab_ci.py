"""What a ``.gitlab-ci.yml`` says at its top, as far as it can be known without running GitLab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registrar.reading.documents import decode

if TYPE_CHECKING:
    import yaml

MAX_BYTES = 1024 * 1024
_MAX_EVENTS = 200_000


def stages(raw: bytes) -> tuple[str, ...] | None:
    """The names under ``stages:``; None where there are none, or nobody can tell what they are.

    Only the events of the text are looked at: aliases, merge keys and GitLab's own tags, which are
    common elsewhere in these files, cost nothing and are no fault there.
    """
    import yaml

    text, flaw = decode(raw, MAX_BYTES)
    if flaw is not None:
        return None
    try:
        found = _value(text, "stages")
    except yaml.YAMLError:
        return None
    if not found:
        return None
    opening, *items = found
    if not isinstance(opening, yaml.SequenceStartEvent) or opening.tag is not None:
        return None
    names = [e.value for e in items if isinstance(e, yaml.ScalarEvent) and e.tag is None]
    return tuple(names) if len(names) == len(items) - 1 else None  # the last one ends the list


def _value(text: str, wanted: str) -> list[yaml.Event]:
    """The events of the value of a key at the top, the last one's; raises YAMLError."""
    import yaml

    found: list[yaml.Event] = []
    depth, nodes, key = 0, 0, ""
    for number, event in enumerate(yaml.parse(text, yaml.BaseLoader)):
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth == 1 and isinstance(event, yaml.NodeEvent):
            nodes += 1
            if nodes % 2:
                key = event.value if isinstance(event, yaml.ScalarEvent) else ""
            elif key == wanted:
                found.clear()
        if depth and nodes and nodes % 2 == 0 and key == wanted:
            found.append(event)
        if isinstance(event, yaml.DocumentStartEvent):
            nodes = 0
        depth += isinstance(event, yaml.CollectionStartEvent)
        if number > _MAX_EVENTS:
            return []
    return found
