"""registrar.toml with places: tomllib reads, a line scanner finds keys again for a message."""

from __future__ import annotations

import re
import tomllib

from registrar.domain.places import TOP, Route, Span
from registrar.reading.characters import control_flaws
from registrar.reading.documents import MAX_DEPTH, Document, Flaw, decode, unreadable

_HEADER = re.compile(r"\s*\[{1,2}([^\[\]]+)\]{1,2}")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*[^=]*)?\s*=""")
_PART = re.compile(r"""\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+)\s*(?:\.|$)""")
_WHERE = re.compile(r"\(at line ([0-9]+), column ([0-9]+)\)")


def read_toml(raw: bytes) -> Document:
    """Read one TOML document; never raises on any bytes."""
    text, flaw = decode(raw)
    if flaw is not None:
        return unreadable(text, flaw)
    controls = control_flaws(text, raw)
    if controls:
        return unreadable(text, *controls)
    if text.count("[") > 1000 * MAX_DEPTH:
        return unreadable(text, Flaw("far too many brackets", "write it flatter"))
    try:
        data = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        where = _WHERE.search(str(error))
        line, column = (int(where[1]), int(where[2])) if where else (1, 1)
        message = _WHERE.sub("", str(error)).strip()
        return unreadable(
            text,
            Flaw(f"not TOML: {message}", "mend the line", Span(line, column, line, column + 1)),
        )
    except RecursionError:
        return unreadable(text, Flaw("nested too deep", "write it flatter"))
    return Document(text, data, locate=lambda route, key: _locate(text, route))


def _locate(text: str, route: Route) -> Span:
    """The key of a route, or of its nearest parent that is written out."""
    wanted = tuple(str(step) for step in route if isinstance(step, str))
    best, depth = TOP, 0
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), start=1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            table = tuple(part.strip("\"'") for part in _PART.findall(header[1]))
            found, start, end = table, header.start(1), header.end(1)
        elif key:
            found, start, end = (*table, key[1].strip("\"'")), key.start(1), key.end(1)
        else:
            continue
        if len(found) > depth and found == wanted[: len(found)]:
            best, depth = Span(number, start + 1, number, end + 1), len(found)
    return best
