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
_ANY = (".github/workflows/model-registry-other.yml", ".github/workflows/another.yml")
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
        fix = f"{_WRITE} writes the lines"
        yield _THERE.fails("there is no CODEOWNERS: anybody may approve a change of the gate", fix)
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
    paths = [*gate_paths(scene.tree, scene.policy), *_ANY]
    bare = []
    for path in sorted({p for p in paths if p not in PLACES or _outranks(p, place)}):
        entry, here = read.entry_of(path), scene.here(path)
        name = path if here else f"{path} (not there yet)"
        if entry is None:
            bare.append((not here, f"{name}: no line names it"))
        elif not entry.owners:
            told = f"{name}: line {entry.line}, {entry.pattern}, takes its owners away"
            bare.append((not here, told))
    if bare:
        text = f"{len(bare)} files of the gate can be changed without their owners' approval"
        fix = f"{_WRITE} writes the lines; where {place} has others, ours stand last"
        return _COVER.fails(text, fix, shortened([told for _, told in sorted(bare)]))
    return _COVER.holds("every file of the gate has owners")


def _outranks(path: str, place: str) -> bool:
    """The file that is read, and those that would be read in its stead."""
    return PLACES.index(path) <= PLACES.index(place)
