"""``registrar scan REF``: looks into the artifacts of entries, under the policy of the registry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from registrar.app.scanning import Lab, looked
from registrar.domain.paths import inside
from registrar.domain.scanning import FileScan, Safety, Scan, Trouble
from registrar.ports.scanning import FileFinder, ToScan
from registrar.reading.artifact import Artifact
from registrar.reading.entry import Entry


@dataclass(frozen=True, slots=True)
class Shelved:
    """An entry of a registry, and where it lies."""

    entry: Entry
    shown: str
    """Its path as it is printed."""


def scan_entries(entries: Iterable[Shelved], allow: Iterable[str], lab: Lab) -> Scan:
    """Look into the artifacts of entries; ``allow`` is what the policy adds to the allowlist.

    Bytes that are recorded and not here are files that could not be read.
    """
    return looked([item for one in entries for item in _artifact(one, lab.finder)], allow, lab)


def _artifact(one: Shelved, finder: FileFinder) -> Iterator[ToScan | FileScan]:
    """The files of an artifact that are here, and those that are not."""
    entry, artifact = one.entry, one.entry.artifact
    check = f"registrar check {entry.typed()}"
    if artifact is None:
        yield _absent(one.shown, "it names no artifact that can be found", f"{check} says more")
        return
    whole = f"{one.shown}/{artifact.path}"
    node = entry.tree.node(f"{entry.path}/{artifact.path}")
    if node is None:
        yield _absent(whole, "its bytes are not here", _bring(entry, artifact.path))
        return
    for item in finder.find(whole):
        path = item.path[len(one.shown) + 1 :]
        stands_in = isinstance(item, ToScan) and entry.is_lfs_pointer(path)
        if stands_in:
            yield _absent(item.path, "a pointer of git-LFS, not its bytes", "git lfs pull")
        else:
            yield item
    for path in _missing(entry, artifact):
        yield _absent(f"{one.shown}/{path}", "it is recorded, and not here", _bring(entry, path))


def _missing(entry: Entry, artifact: Artifact) -> Iterator[str]:
    """Files that the metadata records of an artifact that is here, and that are not."""
    for item in (entry.metadata.files if entry.metadata else None) or ():
        if inside(item.path, artifact.path) and item.path not in entry.nodes:
            yield item.path


def _bring(entry: Entry, path: str) -> str:
    """What to type so that a file comes here."""
    out = next((out for out in entry.outs if inside(path, out.path)), None)
    return f"dvc pull {entry.typed(out.pointer)}" if out else f"registrar check {entry.typed()}"


def _absent(path: str, message: str, hint: str) -> FileScan:
    return FileScan(path, "none", (Trouble(Safety.UNREAD, message, hint),))
