"""Smoke tests as a person reads them, and as versioned JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from registrar import __version__
from registrar.domain.sandboxing import MIB
from registrar.domain.smoking import Smoke, Smoked
from registrar.formats.dumping import dumps
from registrar.formats.escape import escape

SMOKE_VERSION = 1
_WORDS = {
    Smoke.PASSES: "PASS",
    Smoke.RECORDED: "PASS",
    Smoke.KEPT: "KEPT",
    Smoke.UNCHECKED: "INCOMPLETE",
}


def text(smoked: Sequence[Smoked]) -> str:
    """Each entry in a few lines: the answer, why, how long, how closed it ran."""
    return "".join(f"{line}\n" for one in smoked for line in _lines(one))


def _lines(one: Smoked) -> Iterator[str]:
    message = f": {escape(one.message)}" if one.message else ""
    yield f"{_WORDS.get(one.answer, 'FAIL')}: {escape(one.entry)} {one.answer.value}{message}"
    if one.hint:
        yield f"  = hint: {escape(one.hint)}"
    yield from (f"  = note: {escape(note)}" for note in one.notes)
    if one.written:
        yield f"  wrote {escape(one.written)}: {_values(one.compared)}; look at it, then commit it"
    if one.runtime:
        yield f"  ran: {escape(_ran(one))}"
    if one.layers:
        lacking = "".join(f"; {name}: {why}" for name, why in one.lacking.items())
        yield f"  sandbox: {one.level.value} ({', '.join(one.layers)}{escape(lacking)})"


def _values(count: int) -> str:
    return "1 value" if count == 1 else f"{count:,} values"


def _ran(one: Smoked) -> str:
    parts = [one.runtime]
    if one.loaded_in is not None:
        parts.append(f"loaded in {one.loaded_in:.2f} s")
    if one.ran_in is not None:
        parts.append(f"ran in {one.ran_in:.2f} s")
    parts.append(f"{one.peak / MIB:,.0f} MiB at most")
    if one.compared and one.answer in (Smoke.PASSES, Smoke.REPRODUCES_NOT):
        parts.append(f"{_values(one.compared)} compared")
    return ", ".join(parts)


def as_json(smoked: Sequence[Smoked], exit_code: int) -> str:
    """All of it as one JSON document, keys in a fixed order."""
    document = {
        "smoke_version": SMOKE_VERSION,
        "tool": {"name": "registrar", "version": __version__},
        "exit_code": exit_code,
        "entries": [smoked_dict(one) for one in smoked],
    }
    return dumps(document) + "\n"


def smoked_dict(one: Smoked) -> dict[str, Any]:
    """One smoke test as plain values, keys in a fixed order."""
    worst = one.deviation
    deviation = None
    if worst is not None:
        deviation = {
            "place": worst.place,
            "expected": worst.expected,
            "found": worst.found,
            "away": worst.away,
            "allowed": worst.allowed,
            "count": worst.count,
        }
    return {
        "entry": one.entry,
        "answer": one.answer.value,
        "message": one.message,
        "hint": one.hint,
        "deviation": deviation,
        "compared": one.compared,
        "runtime": one.runtime,
        "loaded_in": one.loaded_in,
        "ran_in": one.ran_in,
        "peak_bytes": one.peak,
        "sandbox": {
            "level": one.level.value,
            "layers": list(one.layers),
            "lacking": dict(one.lacking),
        },
        "notes": list(one.notes),
        "written": one.written or None,
    }
