"""What becomes of one shipped file: written, added to, left alone. Never over somebody's work."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import assert_never

from registrar.app.shipped.gitlab import stage_told
from registrar.app.shipped.hooks import with_hook
from registrar.app.shipped.lines import missing, with_lines
from registrar.app.shipped.owning import owners_told
from registrar.app.shipped.program import PROGRAM_PATH, named_in, renamed_in
from registrar.app.shipped.registry import GITLAB_PATH, standing
from registrar.domain.shipping import Done, Outcome, Shipped, Standing, Way, Writing

_SHOWN = 8
"""So many lines of a difference are shown."""
Decision = tuple[Outcome, Writing | None]


def decide(file: Shipped, existing: Mapping[str, bytes], program: bytes) -> Decision:
    """What is done with a file, given the bytes of those that are there."""
    there = existing.get(file.path)
    stands = standing(file, there)
    if there is None or stands is Standing.ABSENT:
        writing = Writing(file.path, file.content, file.executable)
        return Outcome(file.path, file.about, Done.WROTE), writing
    if file.way is Way.OWNERS:
        return _owners(file, there, stands)
    if stands is Standing.SAME:
        told = stage_told(there) if file.path == GITLAB_PATH else ""
        done = Done.BY_HAND if told else Done.SAME
        return Outcome(file.path, file.about, done, told), None
    match file.way:
        case Way.FILE | Way.SETTINGS:
            return _left(file, there), None
        case Way.LINES:
            return _joined(file, there, _add_lines)
        case Way.HOOK if stands is Standing.DIFFERS:
            told = f"it has another hook registrar-check; this version ships:\n{file.part}"
            return Outcome(file.path, file.about, Done.DIFFERS, told), None
        case Way.HOOK:
            return _joined(file, there, with_hook)
        case Way.POLICY:
            return _policy(file, there, existing.get(PROGRAM_PATH), program)
        case _:
            assert_never(file.way)


def _left(file: Shipped, there: bytes) -> Outcome:
    if file.way is Way.SETTINGS:
        more = stage_told(there) if file.path == GITLAB_PATH else ""
        return Outcome(file.path, file.about, Done.BY_HAND, f"add to it:\n{file.part}{more}")
    return Outcome(file.path, file.about, Done.DIFFERS, difference(file, there))


def _joined(
    file: Shipped, there: bytes, join: Callable[[Shipped, bytes], bytes | None]
) -> Decision:
    content = join(file, there)
    if content is None:
        told = f"add to it:\n{file.part}"
        return Outcome(file.path, file.about, Done.BY_HAND, told), None
    writing = Writing(file.path, content, before=there)
    return Outcome(file.path, file.about, Done.ADDED), writing


def _owners(file: Shipped, there: bytes, stands: Standing) -> Decision:
    """Lines are added where they are missing; what is said about those that stand comes with it."""
    outcome, writing = Outcome(file.path, file.about, Done.SAME), None
    if stands is not Standing.SAME:
        outcome, writing = _joined(file, there, _add_lines)
    coming = writing.content if writing is not None else there
    kept, _ = owners_told(file, there.decode("utf-8", "replace"))
    _, lost = owners_told(file, coming.decode("utf-8", "replace"))
    told = "\n".join(filter(None, (outcome.told.rstrip("\n"), kept, lost)))
    by_hand = lost and outcome.done is Done.SAME
    return replace(outcome, told=told, done=Done.BY_HAND if by_hand else outcome.done), writing


def _add_lines(file: Shipped, there: bytes) -> bytes | None:
    """The file with its missing lines; None where it is no UTF-8, or a byte order mark leads."""
    try:
        text = there.decode("utf-8")
    except UnicodeDecodeError:
        return None
    joined = with_lines(file, text)
    return joined.encode("utf-8") if not missing(file, joined) else None


def _policy(file: Shipped, there: bytes, vendored: bytes | None, program: bytes) -> Decision:
    """A policy is left alone, but for the two lines that must follow a new program."""
    said = named_in(there)
    if said is None:
        told = f"its table [program] is missing or incomplete; add to it:\n{file.part}"
        return Outcome(file.path, file.about, Done.BY_HAND, told), None
    if vendored is not None and said["sha256"] == hashlib.sha256(vendored).hexdigest():
        return Outcome(file.path, file.about, Done.SAME), None  # the program that is there
    content = renamed_in(there, program) if vendored is None else None
    if content is None:
        told = f"its table [program] names another program; make it:\n{file.part}"
        return Outcome(file.path, file.about, Done.BY_HAND, told), None
    return Outcome(file.path, file.about, Done.UPDATED), Writing(file.path, content, before=there)


def difference(file: Shipped, there: bytes) -> str:
    """What differs between a file that is there and the one that is shipped, in a few lines."""
    if file.path == PROGRAM_PATH:
        here, ours = (hashlib.sha256(raw).hexdigest()[:12] for raw in (there, file.content))
        return f"another version of the program: sha256 {here}… here, {ours}… in this version"
    before, after = (raw.decode("utf-8", "replace").splitlines() for raw in (there, file.content))
    lines = [
        line
        for line in difflib.unified_diff(before, after, "here", "shipped", lineterm="", n=0)
        if not line.startswith(("---", "+++"))
    ]
    changed = sum(not line.startswith("@@") for line in lines)
    rest = f"\n… and {len(lines) - _SHOWN} lines more" if len(lines) > _SHOWN else ""
    return "\n".join([f"{changed} lines differ (- here, + shipped):", *lines[:_SHOWN]]) + rest
