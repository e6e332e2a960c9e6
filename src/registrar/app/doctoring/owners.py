"""CODEOWNERS: does a change of each gate file need somebody's approval."""

from __future__ import annotations

from collections.abc import Iterator

from registrar.app.doctoring.receiving import refuses_gate_changes
from registrar.app.doctoring.scene import Question, Scene, shortened
from registrar.app.gate_files import gate_paths
from registrar.domain.diagnosis import Line, Topic
from registrar.reading.codeowners import MAX_BYTES, PLACES, Owners, read_codeowners

_THERE = Question("codeowners", Topic.OWNERS)
_COVER = Question("codeowners-cover", Topic.OWNERS)
_ANY = {
    ".github/workflows/model-registry-other.yml": ".github/workflows/model-registry*.yml",
    ".github/workflows/another.yml": ".github/workflows/*.yml",
}
"""Workflows that are not there yet: any of them may call a job by the name of the check."""
_WRITE = "registrar init --owner @your-org/your-team"


def owners(scene: Scene) -> Iterator[Line]:
    """The file that GitHub reads, and whether it covers the gate."""
    if not scene.github:
        return
    if guarded := refuses_gate_changes(scene):
        text = f"no owner is needed: the hook pre-receive of {guarded} refuses changes of the gate"
        yield _COVER.holds(text)
        return
    place = next((path for path in PLACES if scene.here(path)), None)
    if place is None:
        yield _THERE.fails(
            "there is no CODEOWNERS: anybody may approve a change of the gate", _WRITE
        )
        return
    read = read_codeowners(scene.raw(place, MAX_BYTES) or b"")
    if read.fault:
        yield _THERE.fails(f"{place} is not read by anybody: {read.fault}", "write it as text")
        return
    others = [path for path in PLACES if path != place and scene.here(path)]
    if others:
        text = f"GitHub reads {place} alone, and not {', '.join(others)}"
        yield _THERE.fails(text, f"move their lines into {place} and remove them")
    elif read.skipped:
        details = shortened([f"{place}:{line}: {fault}" for line, fault in read.skipped])
        text = f"{place} has lines that GitHub skips"
        yield _THERE.fails(text, "mend them", details)
    else:
        yield _THERE.holds(f"{place} can be read")
    yield _cover(scene, place, read)


def _cover(scene: Scene, place: str, read: Owners) -> Line:
    paths = {*gate_paths(scene.tree, scene.policy), *_ANY}
    here, coming = [], []
    for path in sorted(path for path in paths if path not in PLACES or _outranks(path, place)):
        entry = read.entry_of(path)
        if entry is not None and entry.owners:
            continue
        fault = "no line names it"
        if entry is not None:
            fault = f"line {entry.line}, {entry.pattern}, takes its owners away"
        if scene.here(path):
            here.append(f"{path}: {fault}")
        else:
            coming.append(f"a new {_ANY.get(path, path)}: {fault}")
    if not here and not coming:
        return _COVER.holds("every file of the gate has owners")
    text = f"{_counted(here, coming)} be changed without their owners' approval"
    fix = f"{_WRITE}; where lines of others come after ours in {place}, move ours to its end"
    return _COVER.fails(text, fix, shortened([*here, *coming]))


def _counted(here: list[str], coming: list[str]) -> str:
    """How many files are there, and how many may come: a new CODEOWNERS may hide this one."""
    if not coming:
        return f"{_files(here)} of the gate can"
    if not here:
        return f"{_files(coming)} of the gate that may come can"
    return f"{_files(here)} of the gate, and {len(coming)} more that may come, can"


def _files(found: list[str]) -> str:
    return "1 file" if len(found) == 1 else f"{len(found)} files"


def _outranks(path: str, place: str) -> bool:
    """The file that is read, and those that would be read in its stead."""
    return PLACES.index(path) <= PLACES.index(place)
