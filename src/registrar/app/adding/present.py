"""An entry that is there already, and how one goes again that was never committed."""

from __future__ import annotations

import os
import shlex

from registrar.app.leftovers import is_bare
from registrar.errors import UsageError
from registrar.ports import World


def refuse_uncommitted(path: str, top: str, world: World) -> None:
    """Raise UsageError where an entry stands of which git tracks nothing.

    It was added and never committed, or its bytes are left from another branch: both are told by
    how to remove it. Any other is refused when the new one takes its place.
    """
    tree, history = world.work_tree, world.history
    if tree is None or history is None or tree.node(path) is None or history.tracked(path) != []:
        return
    why = "it was never committed"
    if is_bare(tree, path):
        why = "it holds no papers, and git tracks nothing in it: left from another branch, it seems"
    hint = f"{why}: rm -r {typed(top, path)} and add it again, or choose a higher version"
    raise UsageError(f"{path} is there already", hint)


def typed(top: str, path: str, here: str | None = None) -> str:
    """A path of the repository as a word of a command, from the current folder."""
    start = os.path.realpath(here or ".")
    return shlex.quote(os.path.relpath(os.path.join(os.path.realpath(top), path), start))
