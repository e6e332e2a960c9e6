"""The composition root: the only place that knows services and integrations."""

from __future__ import annotations

import os

from registrar.domain.pushes import Server
from registrar.integrations.clock import SystemClock
from registrar.integrations.git.history import GitHistory
from registrar.integrations.git.process import Git, installed
from registrar.integrations.work_tree import WorkTree
from registrar.ports import World

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
        if _is_bare(folder):
            return folder
    for folder in parents:
        if any(os.path.lexists(os.path.join(folder, mark)) for mark in _MARKS):
            return folder
    return None


def world_at(top: str, git_dir: str | None = None, quarantine: bool = False) -> World:
    """The world of the repository at ``top``; a bare one has no work tree.

    ``git_dir`` and ``quarantine`` are for hooks, which git runs inside the repository.
    """
    bare = git_dir is not None or _is_bare(top)
    git = Git(top, git_dir or (top if bare else None), quarantine)
    reason = ""
    if not bare and not os.path.lexists(os.path.join(top, ".git")):
        reason = "this is no git repository"
    elif not installed():
        reason = "git is not installed"
    elif git.run("rev-parse", "--git-dir") is None:
        reason = f"git cannot read the repository; run git -C {top} status to see why"
    tree = None
    if not bare:
        object_format = None if reason else git.run("rev-parse", "--show-object-format")
        tree = WorkTree(top, (object_format or b"sha1").decode().strip())
    history = None if reason else GitHistory(git)
    return World(top, tree, history, reason, SystemClock())


def server_at(git_dir: str) -> Server:
    """What the repository and the configuration of a git server say about its gate."""
    git = Git(git_dir, git_dir, quarantine=True)
    head = (git.run("symbolic-ref", "--quiet", "HEAD") or b"").decode("utf-8", "replace").strip()
    refs = (git.run("config", "--get-all", "registrar.refs") or b"").decode("utf-8", "replace")
    allow = (git.run("config", "--get", "registrar.gateChanges") or b"").strip() == b"allow"
    listed = git.must("for-each-ref", "--format=%(refname) %(symref)").decode("utf-8", "replace")
    pairs = (line.split(" ", 1) for line in listed.splitlines())
    known = {ref: aim or ref for ref, aim in pairs}
    return Server(head, tuple(refs.split()), allow, known)


def _is_bare(folder: str) -> bool:
    return (
        os.path.isfile(os.path.join(folder, "HEAD"))
        and os.path.isdir(os.path.join(folder, "objects"))
        and os.path.isdir(os.path.join(folder, "refs"))
    )
