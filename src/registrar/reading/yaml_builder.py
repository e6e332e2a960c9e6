"""From YAML events to data, marks and flaws, with an explicit stack: nothing here recurses."""

from __future__ import annotations

from typing import Any

from registrar.domain.places import Route, Span
from registrar.reading.characters import FORBIDDEN, describe
from registrar.reading.documents import MAX_DEPTH, MAX_FLAWS, MAX_NODES, Ambiguous, Flaw
from registrar.reading.scalars import SUSPECT, resolve


class StopReading(Exception):  # noqa: N818
    """Reading cannot go on; the flaw has been noted."""


class Frame:
    """A container that is being read: its data, its marks, and the key that waits."""

    __slots__ = ("end", "items", "key", "key_event", "marks", "start")

    def __init__(self, start: Any, items: Any) -> None:
        self.start = start
        self.end = start
        self.items = items
        self.marks: Any = {} if type(items) is dict else []
        self.key: str | None = None
        self.key_event: Any = None


class Builder:
    """Turns events into data, marks and flaws, with an explicit stack."""

    __slots__ = (
        *("ambiguous", "any_keys", "data", "flaws", "marks"),
        *("max_nodes", "multiline", "nodes", "stack"),
    )

    def __init__(self, any_keys: bool = False, max_nodes: int = MAX_NODES) -> None:
        self.any_keys = any_keys
        self.max_nodes = max_nodes
        self.stack: list[Frame] = []
        self.flaws: list[Flaw] = []
        self.ambiguous: list[Route] = []
        self.multiline: list[Route] = []
        self.nodes = 0
        self.data: Any = None
        self.marks: Any = None

    def flaw(self, message: str, hint: str, event: Any) -> None:
        """Note a flaw at an event; stop where there are too many."""
        self.flaws.append(Flaw(message, hint, _span(event)))
        if len(self.flaws) >= MAX_FLAWS:
            raise StopReading

    def route(self) -> Route:
        """The route of the value that is being read."""
        steps: list[str | int] = []
        for frame in self.stack:
            if type(frame.items) is list:
                steps.append(len(frame.items))
            elif frame.key is not None:
                steps.append(frame.key)
        return tuple(steps)

    def plainly(self, event: Any) -> bool:
        """Take a key, a value or an item that is plainly text, quickly; False for others."""
        value = event.value
        if not value or event.anchor is not None or event.tag is not None or not self.stack:
            return False
        frame = self.stack[-1]
        items = frame.items
        if not value.isprintable():
            return False
        if not event.style and value[0] in SUSPECT and type(resolve(value)) is not str:
            return False
        if type(items) is list:
            self.nodes += 1
            items.append(value)
            frame.marks.append(event)
            return True
        if frame.key_event is None:
            if value in items:
                return False
            frame.key = value
            frame.key_event = event
            return True
        self.nodes += 1
        items[frame.key] = value
        frame.marks[frame.key] = (frame.key_event, event)
        frame.key = frame.key_event = None
        return True

    def scalar(self, event: Any) -> None:
        """Take a scalar: a key, or a value."""
        if event.anchor is not None or event.tag is not None:
            self._decorated(event)
        value = event.value
        if event.style is None or event.style == "":
            if not value or value[0] in SUSPECT:
                value = resolve(value)
        if type(value) is str:
            if not value.isprintable():
                self._escaped(value, event)
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.key_event is None and type(frame.items) is dict:
            self._key(frame, value, event)
            return
        if type(value) is Ambiguous:
            self.ambiguous.append(self.route())
        self._put(value, event, frame)

    def _escaped(self, value: str, event: Any) -> None:
        if "\n" in value:
            self.multiline.append(self.route())
        found = FORBIDDEN.search(value)
        if found:
            hint = "remove it; no document needs it"
            self.flaw(f"{describe(found.group())} is not allowed", hint, event)

    def _decorated(self, event: Any) -> None:
        if event.anchor is not None:
            self.flaw(f"anchor '&{event.anchor}' is not allowed", "write the value out", event)
        tag = getattr(event, "tag", None)
        if tag is not None:
            self.flaw(f"tag '{tag}' is not allowed", "remove the tag; the schema types it", event)

    def _key(self, frame: Frame, value: Any, event: Any) -> None:
        key = event.value
        if key == "<<" and not event.style:
            self.flaw("merge key '<<' is not allowed", "write the keys out", event)
        elif type(value) is not str and not self.any_keys:
            taken = value.taken_for if type(value) is Ambiguous else "a value, not text"
            self.flaw(f"the key {key or 'here'} is taken for {taken}", f'quote it: "{key}"', event)
        if key in frame.items:
            first = _span(frame.marks[key][0])
            self.flaw(
                f'duplicate key "{key}" (first on line {first.line})', "keep one of the two", event
            )
        frame.key = key
        frame.key_event = event

    def _put(self, value: Any, mark: Any, frame: Frame | None) -> None:
        self.nodes += 1
        if self.nodes > self.max_nodes:
            span = _span(mark.start if type(mark) is Frame else mark)
            self.flaws.append(Flaw(f"more than {self.max_nodes:,} values", "split it", span))
            raise StopReading
        if frame is None:
            self.data, self.marks = value, mark
        elif type(frame.items) is list:
            frame.items.append(value)
            frame.marks.append(mark)
        else:
            frame.items[frame.key] = value
            frame.marks[frame.key] = (frame.key_event, mark)
            frame.key = frame.key_event = None

    def open(self, event: Any, items: Any) -> None:
        """Enter a mapping or a list."""
        if event.anchor is not None or event.tag is not None:
            self._decorated(event)
        parent = self.stack[-1] if self.stack else None
        if parent is not None and parent.key_event is None and type(parent.items) is dict:
            self.flaws.append(Flaw("a key must be text", "write a plain key", _span(event)))
            raise StopReading
        if len(self.stack) >= MAX_DEPTH:
            text = f"nested more than {MAX_DEPTH} levels deep"
            self.flaws.append(Flaw(text, "write it flatter", _span(event)))
            raise StopReading
        self.stack.append(Frame(event, items))

    def close(self, event: Any) -> None:
        """Leave a mapping or a list."""
        frame = self.stack.pop()
        frame.end = event
        self._put(frame.items, frame, self.stack[-1] if self.stack else None)

    def alias(self, event: Any) -> None:
        """Refuse an alias; null stands in its place so that reading can go on."""
        self.flaw(f"alias '*{event.anchor}' is not allowed", "write the value out", event)
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.key_event is None and type(frame.items) is dict:
            raise StopReading
        self._put(None, event, frame)


def _span(event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    if end.line != start.line and getattr(event, "style", None) in (None, "", "|", ">"):
        return Span(start.line + 1, start.column + 1, start.line + 1, start.column + 2)
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def locate(marks: Any, route: Route, key: bool) -> Span:
    """Follow a route through the marks as far as it goes."""
    mark: Any = marks
    key_event: Any = None
    for step in route:
        items = mark.marks if type(mark) is Frame else ()
        if type(items) is dict and step in items:
            key_event, mark = items[step]
        elif type(items) is list and isinstance(step, int) and step < len(items):
            key_event, mark = None, items[step]
        else:
            key = True  # absent: the parent's key says where it belongs
            break
    if mark is None:
        return Span(1, 1, 1, 1)
    if key and key_event is not None:
        return _span(key_event)
    if type(mark) is Frame:
        start = mark.start
        if key_event is not None and key:
            return _span(key_event)
        return _first_line(start, mark.end)
    return _span(mark)


def _first_line(start: Any, end: Any) -> Span:
    first, last = start.start_mark, end.end_mark
    if first.line == last.line:
        return Span(first.line + 1, first.column + 1, last.line + 1, last.column + 1)
    return Span(first.line + 1, first.column + 1, first.line + 1, first.column + 2)
