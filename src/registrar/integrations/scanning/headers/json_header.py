"""JSON inside of a model file: strict, bounded, and with the keys that stand twice."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from registrar.integrations.scanning.headers.troubles import BrokenError, quoted
from registrar.reading.json_faults import same_everywhere

_MAX_DIGITS = 40
"""More digits than any count or offset has."""


@dataclass(slots=True)
class Header:
    """What was read, and the keys that stand twice in one object."""

    data: Any
    twice: list[str] = field(default_factory=list)


def read_header(raw: bytes, what: str) -> Header:
    """Read one JSON text; raises BrokenError with the place, counted from the text's first byte.

    Refused are NaN, infinities, numbers without end, lone surrogates, and nesting that the
    parser's stack does not hold.
    """
    header = Header(None)

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if len(made) != len(found):
            names = Counter(name for name, _ in found)
            header.twice += [name for name, count in names.items() if count > 1][:5]
        return made

    decoder = json.JSONDecoder(object_pairs_hook=pairs, parse_constant=_no, parse_int=_integer)
    try:
        text = raw.decode("utf-8")
        header.data = decoder.decode(text)
    except UnicodeDecodeError as error:
        raise BrokenError(f"{what} is not UTF-8 at its byte {error.start:,}") from None
    except json.JSONDecodeError as error:
        told = same_everywhere(error)
        place = len(text[: told.pos].encode("utf-8", "replace"))
        raise BrokenError(f"{what} is not JSON at its byte {place:,}: {told.msg}") from None
    except RecursionError:
        hint = "no model needs this; write it anew"
        raise BrokenError(f"{what} is nested too deep to be read", hint) from None
    except ValueError as error:  # what the hooks below refuse
        raise BrokenError(f"{what} holds {error}, which is not JSON") from None
    if "\\u" in text:
        _no_surrogates(header.data, what)
    return header


def _no(literal: str) -> float:
    raise ValueError(literal)


def _integer(literal: str) -> int:
    if len(literal) > _MAX_DIGITS:
        raise ValueError(f"a number of {len(literal):,} digits")
    return int(literal)


def _no_surrogates(data: Any, what: str) -> None:
    """Refuse half characters, which JSON can spell and no text can hold."""
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and not value.isascii():
            try:
                value.encode("utf-8")
            except UnicodeEncodeError:
                shown = quoted(value.encode("utf-8", "replace"))
                raise BrokenError(f"{what} holds half a character in {shown}") from None
