"""References and paths of a command line as folders of entries."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from registrar.errors import UsageError
from registrar.formats.escape import escape


def folders(targets: Iterable[str]) -> Iterator[str]:
    """The folder of each entry; raises UsageError for what is neither path nor reference."""
    for target in targets:
        if not os.path.lexists(target):
            yield named(target)
            continue
        folder = target.rstrip("/") or target
        if not os.path.isdir(folder):
            raise UsageError(f"{escape(target)} is no folder", "name the folder of the entry")
        if _is_entry(folder):
            yield folder
            continue
        inner = sorted(os.path.join(folder, name) for name in os.listdir(folder))
        held = [path for path in inner if _is_entry(path)]
        if not held:
            raise UsageError(f"{escape(target)} holds no entry", "an entry has metadata.yaml")
        yield from held


def _is_entry(folder: str) -> bool:
    from registrar.reading.entry import METADATA_NAMES

    return any(os.path.isfile(os.path.join(folder, name)) for name in METADATA_NAMES)


def named(ref: str) -> str:
    """The folder of the entry that a reference stands for; raises UsageError."""
    from registrar.app.references import entry_named
    from registrar.app.rulebook import read_rulebook
    from registrar.assemble import top_here, world_at

    top = top_here(".")
    tree = world_at(top).work_tree if top is not None else None
    if top is None or tree is None:
        raise UsageError(f"there is no {escape(ref)}", "name a folder, or run it in a registry")
    root = read_rulebook(tree, "work-tree").policy.root
    return os.path.relpath(os.path.join(top, root, entry_named(ref, tree, root)))
