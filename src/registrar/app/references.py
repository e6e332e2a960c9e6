"""From a reference to the entry that it stands for."""

from __future__ import annotations

from registrar.app.selection import entries_of
from registrar.domain.references import newest, reference
from registrar.errors import UsageError
from registrar.ports import Tree
from registrar.reading.digests import actual_digest, recorded_digest
from registrar.reading.entry import Entry


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
        raise UsageError(f"{len(same)} entries have this digest", "name the version")
    name = found.name or ""
    folder = f"{name}-{found.version}" if found.version else newest(folders, name)
    if folder is None or folder not in folders:
        raise UsageError(f"there is no entry {ref}", f"ls {root} shows what is here")
    return folder


def digest_of(entry: Entry) -> str | None:
    """The artifact's digest: of its bytes where they are here, else as it is recorded."""
    return actual_digest(entry) or recorded_digest(entry)
