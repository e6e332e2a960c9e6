"""Lines of CODEOWNERS: who must approve a change of the gate, and whether they really must."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from registrar.app.shipped.github import WORKFLOW_PATH
from registrar.app.shipped.gitlab import PIPELINE_PATH
from registrar.app.shipped.program import REQUIREMENTS_PATH
from registrar.domain.shipping import Line, Shipped, Way
from registrar.reading.codeowners import Entry, Owners, read_codeowners

GITHUB_PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
GITLAB_PLACES = ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where each forge looks, the first that is there being the only one that it reads."""
SECTION: Final = "[Model registry gate]"
"""Where a file of GitLab has sections, a required one of ours: in another, other lines may win."""
TITLE: Final = "registrar: who must approve a change of the gate; keep these lines last"
_NOBODY = "@your-org/your-team"
_BLANK = re.compile(r"[ \t\r]+")
_SHOWN = 5
"""So many lines of somebody are told."""
_EXAMPLES = {
    "/.github/workflows/": WORKFLOW_PATH,
    "/.gitlab/": PIPELINE_PATH,
    "/scripts/*requirements*.txt": REQUIREMENTS_PATH,
}
"""A path for each pattern that is none itself."""


def code_owners(
    path: str, owned: Iterable[str], owners: Sequence[str], root: str = "model_registry"
) -> Shipped:
    """Lines that name the owners of the gate's files; commented out where nobody is named."""
    by = " ".join(owners)
    lines, watched = [], []
    for pattern in owned:
        escaped = pattern.replace(" ", "\\ ")
        nobody = f"# {escaped} {_NOBODY}"
        if owners:
            lines.append(Line(f"{escaped} {by}", (escaped,), instead_of=nobody))
        else:
            lines.append(Line(nobody, (escaped, f"# {escaped}")))
        plain = pattern.removeprefix("/") if pattern.startswith("/") else f"{root}/{pattern}"
        watched.append(_EXAMPLES.get(pattern, plain))
    about = "who must approve a change of the gate"
    part = "".join(f"{text}\n" for text in (f"# {TITLE}", *(line.text for line in lines)))
    content = part.encode()
    return Shipped(
        path, about, content, Way.OWNERS, part=part, lines=tuple(lines), watched=tuple(watched)
    )


def owners_places(there: Collection[str], github: bool, gitlab: bool) -> tuple[str, ...]:
    """The files that must name owners, given those that are there."""
    asked = [GITHUB_PLACES] if github else []
    asked += [GITLAB_PLACES] if gitlab else []
    if len(asked) == 2 and not there:
        return ("CODEOWNERS",)  # both read it
    new = {GITHUB_PLACES: GITHUB_PLACES[0], GITLAB_PLACES: GITLAB_PLACES[-1]}
    found = (next((p for p in places if p in there), new[places]) for places in asked)
    return tuple(dict.fromkeys(found))


def unowned(shipped: Shipped, existing: str) -> tuple[Line, ...]:
    """The lines that an existing file lacks: also where one names nobody, or is optional."""
    held = {entry.pattern for entry in _held(_read(shipped, existing))}
    texts = [spaced(line) for line in existing.split("\n")]
    return tuple(
        line
        for line in shipped.lines
        if line.keys[0] not in held and not any(_commented(line, text) for text in texts)
    )


def spaced(line: str) -> str:
    """A line with one space where git and the forges see white space, and none around it."""
    return _BLANK.sub(" ", line).strip(" ")


def section_for(shipped: Shipped, existing: str) -> str:
    """The heading that new lines at the end need; empty where they need none."""
    read = _read(shipped, existing)
    excludes = any(entry.pattern.startswith("!") for entry in read.entries)
    if not (read.sections or excludes) or read.sections[-1:] == (SECTION[1:-1].lower(),):
        return ""
    return SECTION


def owners_told(shipped: Shipped, existing: str) -> tuple[str, str]:
    """What a person must know of the lines that stand: owners not taken, and lines that win.

    The second is one that a person should mend.
    """
    read = _read(shipped, existing)
    return "\n".join(_not_taken(shipped, read)), "\n".join(_overridden(shipped, read))


def _not_taken(shipped: Shipped, read: Owners) -> Iterator[str]:
    """Owners that were asked for where others stand."""
    standing: dict[tuple[str, ...], list[Entry]] = {}
    asked: tuple[str, ...] = ()
    last = {entry.pattern: entry for entry in _held(read)}
    for line in shipped.lines:
        entry = last.get(line.keys[0])
        if line.instead_of and entry is not None:
            asked = tuple(line.text.removeprefix(line.keys[0]).split())
            if set(entry.owners) != set(asked):
                standing.setdefault(entry.owners, []).append(entry)
    for owners, entries in list(standing.items())[:_SHOWN]:
        more = f" and {len(entries) - 1} more lines" if len(entries) > 1 else ""
        yield (
            f"line {entries[0].line}: {' '.join(owners)} stands for {entries[0].pattern}{more}, "
            f"and {' '.join(asked)} was not written there: edit {shipped.path} to change that"
        )


def _overridden(shipped: Shipped, read: Owners) -> Iterator[str]:
    """Lines of somebody that decide about the gate's files in the stead of ours."""
    keys = {line.keys[0] for line in shipped.lines}
    ours = [entry for entry in _held(read) if entry.pattern in keys]
    won: dict[Entry, list[str]] = {}
    for path in shipped.watched:
        mine = next((entry for entry in reversed(ours) if entry.matches(path)), None)
        winner = read.entry_of(path, mine.section) if mine is not None else None
        if mine is not None and winner is not None and winner.owners != mine.owners:
            won.setdefault(winner, []).append(path)
    for winner, paths in list(won.items())[:_SHOWN]:
        more = f" and {len(paths) - 1} more files" if len(paths) > 1 else ""
        does = "decides about" if winner.owners else "takes away the owners of"
        line = " ".join((winner.pattern, *winner.owners))
        yield (
            f"line {winner.line}, {line}, {does} {paths[0]}{more} of the gate, in the stead of our "
            "lines: put ours last"
        )


def _read(shipped: Shipped, existing: str) -> Owners:
    return read_codeowners(existing.encode("utf-8", "replace"), shipped.path in GITLAB_PLACES)


def _held(read: Owners) -> list[Entry]:
    """The entries that make somebody's approval necessary, unless another wins."""
    return [entry for entry in read.entries if entry.owners and entry.section not in read.optional]


def _commented(line: Line, text: str) -> bool:
    return any(text == key or text.startswith(key + " ") for key in line.keys[1:])
