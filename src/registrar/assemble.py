"""The composition root: the only place that knows services and integrations."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from registrar.errors import UsageError
from registrar.integrations.git.process import Git, installed, looks_bare
from registrar.integrations.git.top import find_top as find_top
from registrar.integrations.git.top import top_here as top_here
from registrar.integrations.inside import Inside
from registrar.integrations.outside import Outside
from registrar.integrations.work_tree import WorkTree
from registrar.ports import World

if TYPE_CHECKING:
    from registrar.app.adding.questions import Ask
    from registrar.app.adding.service import Shop
    from registrar.app.doctor import Visit
    from registrar.app.registering import Counter
    from registrar.app.scanning import Lab
    from registrar.app.smoking.service import Subject, Tools
    from registrar.app.verifying.finding import Place
    from registrar.domain.pushes import Server
    from registrar.domain.shipping import Checkout
    from registrar.domain.trees import Written
    from registrar.integrations.cache.memory import FolderMemory
    from registrar.integrations.dvc.tool import Dvc
    from registrar.ports import Staging, Writer
    from registrar.ports.making import Progress
    from registrar.reading.entry import Entry


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
    # imported here: scan, smoke and verify look at bytes, and need none of it
    from registrar.integrations.clock import SystemClock
    from registrar.integrations.git.history import GitHistory
    from registrar.integrations.plugins import InstalledPlugins

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
        others=Outside(top),
        runtime=Inside(),
        memory=memory,
    )


def _memory(top: str, object_format: str) -> FolderMemory | None:
    from registrar.integrations.cache.memory import FolderMemory
    from registrar.integrations.cache.place import cache_file

    path = cache_file(top, os.environ)
    if path is None:
        return None
    try:
        program = _program()
    except (OSError, ValueError):
        return None  # it cannot be told whether it is the program that wrote the cache
    return FolderMemory(top, path, f"{program} {object_format}")


@cache
def _program() -> str:
    """What judges in this process, as it was when it was first asked."""
    from registrar.integrations.cache.program import program_digest

    return program_digest()


def checkout_at(top: str) -> Checkout:
    """What git says of the branches of a work tree."""
    from registrar.integrations.git.checkout import checkout

    return checkout(Git(top))


def takes_branch(top: str, name: str) -> bool:
    """Tell whether git takes a name for a branch."""
    from registrar.integrations.git.checkout import is_branch_name

    return is_branch_name(Git(top), name)


def writer_at(top: str) -> tuple[Writer, Staging]:
    """What writes into a work tree, and what knows how git sees its paths."""
    from registrar.integrations.git.checkout import GitStaging
    from registrar.integrations.work_tree_writer import WorkTreeWriter

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
    from registrar.integrations.git.served import read_server

    return read_server(Git(git_dir, git_dir, quarantine=True), pushed)


def shop_at(top: str, ask: Ask | None, progress: Progress) -> Shop:
    """What making an entry in the repository at ``top`` needs."""
    from registrar.app.adding.service import Shop
    from registrar.integrations.git.checkout import GitTrainingCode
    from registrar.integrations.workshop.bench import EntryBench

    return Shop(
        top=top,
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
    from registrar.integrations.git.checkout import GitStaging
    from registrar.integrations.mlflow.registry import MlflowRegistry

    uri = os.environ.get("MLFLOW_TRACKING_URI")
    return Counter(world_at(top), GitStaging(Git(top)), MlflowRegistry(), uri)


def entry_at(folder: str) -> tuple[Entry, str | None]:
    """An entry at a path, in a registry or not, and the top of the repository around it."""
    from registrar.reading.entry import Entry

    above, name = os.path.split(os.path.realpath(folder))
    outer, root = os.path.split(above)
    return Entry(WorkTree(outer), root, name), find_top(above)


def place_at(folder: str, remote: bool) -> Place:
    """An entry at a path with what may hold its bytes; raises UsageError.

    ``remote`` asks the remotes that the policy of the work tree names.
    """
    from registrar.app.verifying.finding import Place

    entry, top = entry_at(folder)
    if top is None:
        if remote:
            raise UsageError(f"{folder} is in no repository", "no policy says whom to ask there")
        return Place(entry, folder)
    from registrar.integrations.dvc.stores import DvcStores

    stores, tree = DvcStores(top), WorkTree(top)
    if not remote:
        return Place(entry, folder, stores.cache())
    from registrar.app.remote.dvc import DvcRemotes
    from registrar.app.remote.judging import dvc_config
    from registrar.app.rulebook import read_rulebook

    policy = read_rulebook(tree, "work-tree").policy
    remotes = DvcRemotes(frozenset(policy.dvc_remotes), dvc_config(tree), stores)
    return Place(entry, folder, None, remotes)


def subject_at(folder: str) -> Subject:
    """An entry at a path, in a registry or not, judged by the policy around it."""
    from registrar.app.rulebook import read_rulebook
    from registrar.app.smoking.service import Subject

    (entry, top), real = entry_at(folder), os.path.realpath(folder)
    if top is None:
        return Subject(entry, real, folder)
    policy = read_rulebook(WorkTree(top), "work-tree").policy
    return Subject(entry, real, folder, policy.smoke, policy.scan_allow)


def smoke_tools() -> Tools:
    """What a smoke test is made with here."""
    from registrar.app.smoking.service import Tools
    from registrar.integrations.scanning.vouching import vouched

    inside = Inside()
    return Tools(inside.sandbox, inside.job, vouched, inside.trusted)


def writer_of(folder: str) -> Writer:
    """What writes into a folder that may lie in no repository."""
    from registrar.integrations.work_tree_writer import WorkTreeWriter

    return WorkTreeWriter(os.path.realpath(folder))


def lab(progress: Progress) -> Lab:
    """What looking into files needs."""
    from registrar.app.scanning import Lab
    from registrar.integrations.scanning.finding import FilesOnDisk
    from registrar.integrations.scanning.scanner import ChildScanner

    return Lab(FilesOnDisk(), ChildScanner(), progress)


def training_tags_at(start: str) -> dict[str, str]:
    """What is told of a training run that begins in a folder."""
    from registrar.app.training_context import training_tags
    from registrar.integrations.git.checkout import GitTrainingCode

    top = find_top(start)
    if top is None:
        return {}
    return training_tags(world_at(top), GitTrainingCode(Git(top)))
