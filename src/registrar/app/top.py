"""What may stand at the top of a repository, so that its registry is what is judged."""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.trees import Kind
from registrar.ports import Tree
from registrar.reading.policy import POLICY_NAME
from registrar.reading.siblings import fold_case
from registrar.reading.waivers import WAIVERS_NAME
from registrar.rules.entry_files import FORBIDDEN


def top_faults(tree: Tree, root: str) -> Iterator[tuple[str, str, str]]:
    """Path, message and hint of everything through which models would come in unseen."""
    fault = _root_fault(tree, root)
    if fault is not None:
        yield root, fault, "make it a folder; what it stands for would not be judged"
    for node in tree.children(root):
        if node.path.rpartition("/")[2].lower() in FORBIDDEN:
            hint = "remove it; it would make the bytes of entries differ between git and work tree"
            yield node.path, f"{node.path} is not allowed beside the entries", hint
    judged = {fold_case(name): name for name in (root.split("/")[0], POLICY_NAME, WAIVERS_NAME)}
    for node in tree.children(""):
        meant = judged.get(fold_case(node.path))
        if meant is not None and meant != node.path:
            hint = "rename it; on half of all machines they are one"
            yield node.path, f"{node.path} collides with {meant}", hint


def _root_fault(tree: Tree, root: str) -> str | None:
    """Why nothing below the root could be judged; None for a folder, or nothing."""
    parts = root.split("/")
    for depth in range(len(parts)):
        path = "/".join(parts[: depth + 1])
        node = tree.node(path)
        if node is None:
            return None
        if node.kind is not Kind.FOLDER:
            return f"{path} is a {node.kind.value}, not a folder"
    if any(child.path == root for child in tree.children(root)):
        return f"{root} is a {Kind.UNREADABLE.value}"
    return None
