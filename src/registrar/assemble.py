"""The composition root: the only place that knows services and integrations."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from registrar.domain.pushes import Server
from registrar.domain.shipping import Checkout
from registrar.domain.trees import Written
from registrar.errors import UsageError
from registrar.integrations.cache.memory import FolderMemory
from registrar.integrations.cache.place import cache_file
from registrar.integrations.cache.program import program_digest
from registrar.integrations.clock import SystemClock
from registrar.integrations.dvc.stores import DvcStores
from registrar.integrations.git.checkout import (
    GitStaging,
    GitTrainingCode,
    checkout,
    is_branch_name,
)
from registrar.integrations.git.commits import GitRepositories, commits_folder
from registrar.integrations.git.history import GitHistory
from registrar.integrations.git.process import Git, installed, looks_bare
from registrar.integrations.git.served import read_server
from registrar.integrations.mlflow.tracking import MlflowRuns
from registrar.integrations.plugins import InstalledPlugins
from registrar.integrations.work_tree import WorkTree
from registrar.integrations.work_tree_writer import WorkTreeWriter
from registrar.ports import Staging, World, Writer
from registrar.ports.others import Others

if TYPE_CHECKING:
    from registrar.app.adding.questions import Ask
    from registrar.app.adding.service import Shop
    from registrar.app.doctor import Visit
    from registrar.app.registering import Counter
    from registrar.app.scanning import Lab
    from registrar.integrations.dvc.tool import Dvc
    from registrar.ports.making import Progress

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


def world_at(
    top: str,
    git_dir: str | None = None,
    quarantine: bool = False,
    cache: bool = False,
    fresh: Mapping[str, Written] | None = None,
) -> World:
    """The world of the repository at ``top``; a bare one has no work tree.

    ``git_dir`` and ``quarantine`` are for hooks, which git runs inside the repository. With
    ``cache`` what earlier runs found out about entries is used, where the environment allows it.
    ``fresh`` is what this process wrote into the work tree, by path.
    """
    bare = git_dir is not None or looks_bare(top)
    git = Git(top, git_dir or (top if bare else None), quarantine)
    reason = ""
    if not bare and not os.path.lexists(os.path.join(top, ".git")):
        reason = "this is no git repository"
    elif not installed():
        reason = "git is not installed"
    elif git.run("rev-parse", "--git-dir") is None:
        reason = f"git cannot read the repository; run git -C {top} status to see why"
    tree = memory = None
    if not bare:
        told = None if reason else git.run("rev-parse", "--show-object-format")
        object_format = (told or b"sha1").decode().strip()
        memory = _memory(top, object_format) if cache else None
        tree = WorkTree(top, object_format, known=memory, fresh=fresh or {})
    history = None if reason else GitHistory(git)
    return World(
        work_tree=tree,
        history=history,
        history_reason=reason,
        clock=SystemClock(),
        plugins=InstalledPlugins(top),
        others=Others(DvcStores(top), GitRepositories(commits_folder(os.environ)), MlflowRuns()),
        memory=memory,
    )


def _memory(top: str, object_format: str) -> FolderMemory | None:
    path = cache_file(top, os.environ)
    if path is None:
        return None
    try:
        program = program_digest()
    except (OSError, ValueError):
        return None  # it cannot be told whether it is the program that wrote the cache
    return FolderMemory(top, path, f"{program} {object_format}")


def checkout_at(top: str) -> Checkout:
    """What git says of the branches of a work tree."""
    return checkout(Git(top))


def takes_branch(top: str, name: str) -> bool:
    """Tell whether git takes a name for a branch."""
    return is_branch_name(Git(top), name)


def writer_at(top: str) -> tuple[Writer, Staging]:
    """What writes into a work tree, and what knows how git sees its paths."""
    return WorkTreeWriter(top), GitStaging(Git(top))


def visit_at(top: str, offline: bool, announce: Callable[[str], None]) -> Visit:
    """The repository at ``top`` as the doctor looks at it."""
    from registrar.app.doctor import Visit
    from registrar.integrations.git.clone import GitClone
    from registrar.integrations.github_access import access_to
    from registrar.integrations.github_api import GitHubApi
    from registrar.integrations.machine import ThisMachine

    world = world_at(top)
    git = Git(top, top if looks_bare(top) else None)
    return Visit(
        top=top,
        world=world,
        local_git=GitClone(git) if world.history is not None else None,
        machine=ThisMachine(top),
        access_to=lambda remote: access_to(remote, top),
        connect=lambda access: GitHubApi(str(access.base), str(access.token)),
        announce=announce,
        offline=offline,
    )


def server_at(git_dir: str, pushed: Iterable[str]) -> Server:
    """What the repository and the configuration of a git server say about its gate.

    ``pushed`` are the refs of the push: a symbolic one may lead to a ref that is not there yet.
    """
    return read_server(Git(git_dir, git_dir, quarantine=True), pushed)


def shop_at(top: str, ask: Ask | None, progress: Progress) -> Shop:
    """What making an entry in the repository at ``top`` needs."""
    from registrar.app.adding.service import Shop
    from registrar.integrations.workshop.bench import EntryBench

    return Shop(
        world=world_at(top),
        code=GitTrainingCode(Git(top)),
        dvc=dvc_at(top),
        begin=lambda root, folder: EntryBench.at(top, root, folder),
        ask=ask,
        progress=progress,
    )


def dvc_at(top: str) -> Dvc:
    """DVC in the repository at ``top``."""
    from registrar.integrations.dvc.tool import Dvc

    return Dvc(top)


def counter_at(top: str) -> Counter:
    """What registering an entry of the repository at ``top`` needs."""
    from registrar.app.registering import Counter
    from registrar.integrations.mlflow.registry import MlflowRegistry

    uri = os.environ.get("MLFLOW_TRACKING_URI")
    return Counter(world_at(top), GitStaging(Git(top)), MlflowRegistry(), uri)


def lab(progress: Progress) -> Lab:
    """What looking into files needs."""
    from registrar.app.scanning import Lab
    from registrar.integrations.scanning.finding import FilesOnDisk
    from registrar.integrations.scanning.scanner import ChildScanner

    return Lab(FilesOnDisk(), ChildScanner(), progress)


def training_tags_at(start: str) -> dict[str, str]:
    """What is told of a training run that begins in a folder."""
    from registrar.app.training_context import training_tags

    top = find_top(start)
    if top is None:
        return {}
    return training_tags(world_at(top), GitTrainingCode(Git(top)), "model_registry")
