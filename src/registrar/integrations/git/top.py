"""Where the repository lies that a command works on."""

from __future__ import annotations

import os
import shlex

from registrar.errors import UsageError
from registrar.integrations.git.process import looks_bare

_MARKS = ("registrar.toml", "model_registry")


def find_top(start: str) -> str | None:
    """The top of the repository around a path; without git, of the registry; None without both."""
    here = os.path.realpath(start)
    if not os.path.isdir(here):
        here = os.path.dirname(here)
    parents = [here]
    while os.path.dirname(parents[-1]) != parents[-1]:
        parents.append(os.path.dirname(parents[-1]))
    for folder in parents:
        if os.path.lexists(os.path.join(folder, ".git")):
            return folder
    for folder in parents:  # only now: a bare repository may lie in a tree that is judged
        if looks_bare(folder):
            return folder
    for folder in parents:
        if any(os.path.lexists(os.path.join(folder, mark)) for mark in _MARKS):
            return folder
    return None


def top_here(folder: str) -> str | None:
    """The top that a command works on when it was started in, or pointed at, a folder.

    Raises UsageError in a bare repository that lies in a work tree: it may be part of a change that
    is judged, so that it must not decide, and the work tree around it may not be what is meant.
    Only the caller's own GIT_DIR can say that the bare one is.
    """
    top = find_top(folder)
    inner = os.path.realpath(folder)
    while top is not None and inner != top and not looks_bare(inner):
        inner = os.path.dirname(inner)
    if top is None or inner in (top, os.path.join(top, ".git")):
        return top
    named = os.environ.get("GIT_DIR")
    if named and os.path.realpath(named) == inner:
        return inner
    message = f"{inner} looks like a bare repository, and lies in the repository {top}"
    hint = f"for {top}, start in a folder of it; for the other, set GIT_DIR={shlex.quote(inner)}"
    raise UsageError(message, hint)
