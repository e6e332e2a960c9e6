"""Which entries are judged: all of them, those of the change, those of the paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from registrar.app.comparison import Comparison
from registrar.domain.paths import inside
from registrar.domain.trees import Kind
from registrar.ports import Tree
from registrar.reading.entry import CARD_NAME, METADATA_NAMES, Entry
from registrar.reading.nearest import nearest

LICENSES = "LICENSES"
NOT_ENTRIES = {
    "MODEL_METADATA_SCHEMA.json": Kind.FILE,
    LICENSES: Kind.FOLDER,
    "README.md": Kind.FILE,
}
"""What may stand beside the entries, and as what."""
_MAX_NAMES = 2_000
"""Entries among which the nearest name is looked for."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The folders of the head that are judged, and what the change touches."""

    all: tuple[str, ...]
    """Every entry of the head."""
    judged: tuple[str, ...]
    touched: frozenset[str] = frozenset()
    """Entries that differ, deleted ones included; empty where nothing is compared."""
    leaning: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Entries that use licence texts beside them which the change touches, to those texts."""
    changed: frozenset[str] = frozenset()
    """The same without regard to the paths that were asked for."""
    renamed: dict[str, str] = field(default_factory=dict)
    empty: tuple[str, ...] = ()
    """Paths that hold no entry, neither in the head nor before."""
    untouched: bool = False

    def meant(self, root: str) -> dict[str, str]:
        """Paths that hold no entry, to the entry whose name is nearest."""
        if len(self.all) > _MAX_NAMES:
            return {}
        names = {
            path: nearest(path.rstrip("/").rpartition("/")[2], self.all) for path in self.empty
        }
        return {path: f"{root}/{name}" for path, name in names.items() if name}


def entries_of(tree: Tree, root: str) -> tuple[str, ...]:
    """The entries of a tree: everything in the root but the schema, LICENSES, README.md, dots."""
    nodes = {node.path[len(root) + 1 :]: node for node in tree.children(root) if node.path != root}
    return tuple(
        name
        for name, node in nodes.items()
        if not name.startswith(".") and NOT_ENTRIES.get(name) is not node.kind
    )


def select(comparison: Comparison, root: str, paths: Sequence[str]) -> Selection:
    """Select by base and paths; ``paths`` are relative to the top of the repository.

    With a base only what differs is judged, a change of nothing being a pass. Without one all
    entries are, though some of them may be known to be touched.
    """
    everything = entries_of(comparison.head, root)
    chosen = [name for name in everything if _wanted(f"{root}/{name}", paths)]
    changed: frozenset[str] = frozenset()
    touched: frozenset[str] = frozenset()
    renamed: dict[str, str] = {}
    gone: list[str] = []
    leaning: dict[str, tuple[str, ...]] = {}
    if comparison.before is not None:
        changed, renamed = _differences(comparison.before, comparison.head, root, everything)
        leaning = _leaning(comparison.before, comparison.head, root, everything)
        touched = frozenset(name for name in changed if _wanted(f"{root}/{name}", paths))
        gone = [name for name in touched if name not in everything]
    empty = tuple(
        path
        for path in paths
        if not any(_match(f"{root}/{name}", path) for name in (*everything, *gone))
    )
    if comparison.has_base:
        judged = tuple(name for name in chosen if name in touched or name in leaning)
        untouched = not touched and not judged
        return Selection(everything, judged, touched, leaning, changed, renamed, empty, untouched)
    if not chosen and not gone and not empty:
        empty = (root,)
    return Selection(everything, tuple(chosen), touched, leaning, changed, renamed, empty)


def _wanted(entry: str, paths: Sequence[str]) -> bool:
    return not paths or any(_match(entry, path) for path in paths)


def _match(entry: str, path: str) -> bool:
    """An entry, a file in one, or a folder that holds entries."""
    return inside(path, entry) or inside(entry, path)


def _differences(
    before: Tree, head: Tree, root: str, entries: Sequence[str]
) -> tuple[frozenset[str], dict[str, str]]:
    """Entries whose git trees differ, and the deleted ones that stand under another name."""
    old = _entry_prints(before, root, entries_of(before, root))
    new = _entry_prints(head, root, entries)
    changed = frozenset(n for n in old.keys() | new.keys() if old.get(n) != new.get(n))
    added = {new[name]: name for name in sorted(changed) if name not in old}
    renamed = {name: added[old[name]] for name in changed if name not in new and old[name] in added}
    return changed, renamed


def _entry_prints(tree: Tree, root: str, entries: Sequence[str]) -> dict[str, str]:
    names = frozenset(entries)
    prints = tree.fingerprints(root, covered)
    return {name: value for name, value in prints.items() if name in names}


def _leaning(
    before: Tree, head: Tree, root: str, entries: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Entries that use licence texts beside them, where the change touches these."""
    old, new = _texts(before, root), _texts(head, root)
    touched = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    if not touched:
        return {}
    users = {}
    for folder in entries:
        metadata = Entry(head, root, folder).metadata
        named = " ".join(metadata.licences) if metadata is not None else ""
        words = frozenset(named.lower().replace("(", " ").replace(")", " ").split())
        used = tuple(name for name in touched if name.lower().removesuffix(".txt") in words)
        if used:
            users[folder] = used
    return users


def _texts(tree: Tree, root: str) -> dict[str, str]:
    folder = f"{root}/{LICENSES}"
    return dict(tree.fingerprints(folder, lambda tree, path: frozenset()))


def covered(tree: Tree, path: str) -> frozenset[str]:
    """What lies behind the pointers of an entry and is therefore not in git."""
    root, _, folder = path.rpartition("/")
    entry = Entry(tree, root, folder)
    node = tree.node(path)
    if node is None or node.kind is not Kind.FOLDER:
        return frozenset()
    papers = (*METADATA_NAMES, CARD_NAME)  # a pointer to them is refused, and hides nothing
    return frozenset(
        out.path for out in entry.outs if not any(inside(name, out.path) for name in papers)
    )
