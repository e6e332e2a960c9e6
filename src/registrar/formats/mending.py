"""What ``registrar fix`` did, for people and as versioned JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from registrar import __version__
from registrar.domain.mending import Mended, Mending, Refused
from registrar.formats.dumping import dumps
from registrar.formats.escape import escape

FIX_VERSION = 1
_MOST = 200
"""What nobody reads to its end is not written."""


def as_text(mending: Mending, written: bool) -> str:
    """A line for each fix, then what was left alone and why, then how much is left."""
    lines = [_line("mended" if written else "would mend", item) for item in mending.mended]
    told = lines[:_MOST]
    if len(lines) > len(told):
        told.append(f"… and {len(lines) - len(told):,} more; --format json tells all of them")
    told += list(_refused(mending))
    told += [f"nothing to check: {escape(path)} holds no entry" for path in mending.empty]
    return "\n".join([*told, *_summary(mending, written)]) + "\n"


def as_json(mending: Mending, written: bool, diff: str | None) -> str:
    """One JSON document; ``diff`` is None where none was asked for."""
    told = {
        "fix_version": FIX_VERSION,
        "tool": {"name": "registrar", "version": __version__},
        "written": written,
        "exit_code": mending.exit_code,
        "found": mending.found,
        "applied": [_item(item) for item in mending.mended],
        "refused": [{**_item(item), "reason": item.reason} for item in mending.refused],
        "left": mending.left,
        "files": [change.path for change in mending.changes],
        "diff": diff,
    }
    return dumps(told) + "\n"


def _line(word: str, item: Mended | Refused) -> str:
    return f"{word}[{item.rule}]: {escape(_where(item))}: {escape(item.title)}"


def _where(item: Mended | Refused) -> str:
    span = item.place.span
    return item.place.path + (f":{span.line}" if span else "")


def _refused(mending: Mending) -> Iterator[str]:
    for item in mending.refused[:_MOST]:
        yield _line("left", item)
        yield f"  = because: {escape(item.reason)}"
    if len(mending.refused) > _MOST:
        more = len(mending.refused) - _MOST
        yield f"… and {more:,} more left; --format json tells all of them"


def _summary(mending: Mending, written: bool) -> Iterator[str]:
    count, files = len(mending.mended), len(mending.changes)
    left = _plural(mending.left, "finding")
    shows = ": registrar check shows them" if mending.left else ""
    if not count:
        yield f"nothing mended, {left} left{shows}"
        return
    verb = "mended" if written else "would be mended"
    yield f"{_plural(count, 'finding')} {verb} in {_plural(files, 'file')}, {left} left{shows}"
    if written:
        yield "  the work tree was edited; nothing was staged or committed: git diff shows it"
    else:
        yield "  nothing was written"


def _item(item: Mended | Refused) -> dict[str, Any]:
    span = item.place.span
    return {
        "rule": item.rule,
        "entry": item.entry,
        "path": item.place.path,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "message": item.message,
        "title": item.title,
    }


def _plural(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
