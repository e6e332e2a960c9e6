"""From a reference to the entry that it stands for."""

from __future__ import annotations

from collections.abc import Iterable

from registrar.app.selection import entries_of
from registrar.domain.references import newest, reference
from registrar.domain.versions import split_folder
from registrar.errors import UsageError
from registrar.ports import Tree
from registrar.reading.digests import actual_digest, recorded_digest
from registrar.reading.entry import Entry

_TOLD = 5
"""Versions of a model that are named, the highest."""


def entry_named(ref: str, tree: Tree, root: str) -> str:
    """The folder of the entry that a reference stands for; raises UsageError."""
    folders = entries_of(tree, root)
    found = reference(ref)
    if found is None:
        raise UsageError(f"{ref} is no reference", "write wine, wine:1.2.0 or sha256:<digest>")
    if found.digest is not None:
        same = [f for f in folders if digest_of(Entry(tree, root, f)) == found.digest]
        if len(same) == 1:
            return same[0]
        if not same:
            raise UsageError("no entry has this digest", f"ls {root} shows what is here")
        raise UsageError(f"{len(same)} entries have this digest", f"name one: {', '.join(same)}")
    name = found.name or ""
    folder = f"{name}-{found.version}" if found.version else newest(folders, name)
    if folder is None or folder not in folders:
        raise UsageError(f"there is no entry {ref}", _meant(name, folders, root))
    return folder


def _meant(name: str, folders: Iterable[str], root: str) -> str:
    """The versions of the model, else a model of nearly that name, else where to look."""
    from difflib import get_close_matches

    found = [entry for folder in folders if (entry := split_folder(folder))]
    own = sorted((entry for entry in found if entry.name == name), key=lambda one: one.version)
    if own:
        told = ", ".join(str(entry.version) for entry in own[-_TOLD:])
        return f"{name} is here as {'… ' if len(own) > _TOLD else ''}{told}"
    near = get_close_matches(name, sorted({entry.name for entry in found}), 1, 0.75)
    return f"did you mean {near[0]}?" if near else f"ls {root} shows what is here"


def digest_of(entry: Entry) -> str | None:
    """The artifact's digest: of its bytes where they are here, else as it is recorded."""
    return actual_digest(entry) or recorded_digest(entry)
