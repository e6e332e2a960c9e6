"""Who looked into the bytes and what became of the models, in a line and as plain values."""

from __future__ import annotations

from collections import Counter
from typing import Any

from registrar.domain.report import RuntimeFacts
from registrar.domain.scanning import Scanner
from registrar.domain.smoking import Smoke
from registrar.formats.scan import reader, reader_dict
from registrar.formats.smoked import smoked_dict

_WORDS = {
    Smoke.PASSES: "passed",
    Smoke.LOADS_NOT: "did not load",
    Smoke.RUNS_NOT: "did not run",
    Smoke.REPRODUCES_NOT: "did not reproduce",
    Smoke.RECORDED: "recorded",
    Smoke.KEPT: "kept",
    Smoke.UNCHECKED: "not tried",
}
"""Of many models; a scan that refuses one may be why it was not tried."""


def told(facts: RuntimeFacts) -> list[str]:
    """What was scanned and by whom; what became of the examples, and how closed they ran."""
    lines = []
    if facts.scanner is not None:
        lines.append(f"{_plural(facts.scanned, 'file')} scanned by {reader(facts.scanner)}")
    if facts.smoked:
        answers = Counter(_WORDS[one.answer] for one in facts.smoked)
        parts = ", ".join(f"{count:,} {answer}" for answer, count in sorted(answers.items()))
        levels = sorted({one.level.value for one in facts.smoked if one.layers})
        sandbox = f" (sandbox: {', '.join(levels)})" if levels else ""
        lines.append(f"{_plural(len(facts.smoked), 'example')}: {parts}{sandbox}")
    return lines


def as_dict(facts: RuntimeFacts) -> dict[str, Any]:
    """All of it as plain values, keys in a fixed order."""
    return {
        "scanner": _reader(facts.scanner),
        "scanned": facts.scanned,
        "smoked": [smoked_dict(one) for one in facts.smoked],
    }


def _reader(who: Scanner | None) -> dict[str, Any] | None:
    return None if who is None else {"version": who.version, **reader_dict(who)}


def _plural(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
