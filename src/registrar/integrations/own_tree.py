"""Places in the repository itself: what lies there a change brings, and it proves nothing."""

from __future__ import annotations

import os


def lies_in_tree(path: str, top: str) -> bool:
    """Tell a path of the work tree at ``top``, also by a link; what is in ``.git`` is not of it."""
    return _lies_in(path, top) or _lies_in(os.path.realpath(path), top)


def _lies_in(path: str, top: str) -> bool:
    tops = {os.path.abspath(top), os.path.realpath(top)}
    inner = [f"{path}/"[len(here) + 1 :] for here in tops if f"{path}/".startswith(f"{here}/")]
    return any(not below.startswith(".git/") for below in inner)
