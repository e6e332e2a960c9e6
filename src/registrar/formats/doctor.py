"""A diagnosis as a person reads it, and as versioned JSON."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from registrar import __version__
from registrar.domain.diagnosis import Diagnosis, Line, State
from registrar.formats.dumping import dumps
from registrar.formats.escape import escape

DOCTOR_VERSION = 1
_WIDTH = len(State.UNSEEN.value)


def render_text(diagnosis: Diagnosis) -> str:
    """The lines by topic, and what they come to."""
    if not diagnosis.lines:
        root = escape(diagnosis.root)
        return f"NOTHING TO CHECK: no {root}, no registrar.toml\n  = fix: registrar init\n"
    blocks = [
        "\n".join([topic.value, *(text for line in lines for text in _line(line))])
        for topic, lines in groupby(diagnosis.lines, key=lambda line: line.topic)
    ]
    return "\n\n".join([*blocks, _summary(diagnosis)]) + "\n"


def _line(line: Line) -> Iterator[str]:
    margin = " " * (_WIDTH + 4)
    advice = " (advice)" if line.state is State.FAILS and not line.counts else ""
    yield f"  {line.state.value:{_WIDTH}}  {escape(line.text)}{advice}"
    yield from (f"{margin}  {escape(detail)}" for detail in line.details)
    if line.fix:
        word = "helps" if line.state is State.UNSEEN else "fix"
        yield f"{margin}= {word}: {escape(line.fix)}"


def _summary(diagnosis: Diagnosis) -> str:
    counts = {state: diagnosis.counted(state) for state in State}
    advice = sum(not line.counts and line.state is State.FAILS for line in diagnosis.lines)
    skipped = sum(not line.counts and line.state is State.UNSEEN for line in diagnosis.lines)
    held = sum(line.state is State.HOLDS for line in diagnosis.lines)
    if counts[State.FAILS]:
        verdict = "NOT IN FORCE"
    elif counts[State.UNSEEN]:
        verdict = "INCOMPLETE"
    else:
        verdict = "IN FORCE, as far as it was asked" if skipped else "IN FORCE"
    parts = [f"{held} hold", f"{counts[State.FAILS]} do not"]
    parts += [f"{counts[State.UNSEEN] + skipped} could not be looked at"]
    parts += [f"{advice} advice"] if advice else []
    asked = f"\n  asked: {escape(diagnosis.talked_to)}" if diagnosis.talked_to else ""
    return f"{verdict}: {', '.join(parts)}{asked}"


def render_json(diagnosis: Diagnosis) -> str:
    """The diagnosis as one JSON document, keys in a fixed order."""
    return (
        dumps(
            {
                "doctor_version": DOCTOR_VERSION,
                "tool": {"name": "registrar", "version": __version__},
                "root": diagnosis.root,
                "exit_code": diagnosis.exit_code,
                "talked_to": diagnosis.talked_to,
                "lines": [
                    {
                        "check": line.check,
                        "topic": line.topic.value,
                        "state": line.state.value,
                        "counts": line.counts,
                        "text": line.text,
                        "fix": line.fix,
                        "details": list(line.details),
                        "path": line.path,
                    }
                    for line in diagnosis.lines
                ],
            }
        )
        + "\n"
    )
