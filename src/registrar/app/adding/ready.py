"""What has to be there before anything is asked: a registry, and a commit to name."""

from __future__ import annotations

from registrar.domain.adding import Wanted
from registrar.errors import UsageError
from registrar.ports import World
from registrar.reading.policy import POLICY_NAME

_USUAL = "model_registry"
NO_COMMIT = (
    "there is no commit to name",
    "commit your training code, or give --source-repository and --source-commit",
)


def refuse_no_registry(world: World) -> None:
    """Raise UsageError where nobody made this repository a registry: an entry would start one."""
    tree = world.work_tree
    if tree is None or (tree.node(POLICY_NAME) is None and tree.node(_USUAL) is None):
        raise UsageError("this is no registry", "registrar init makes it one")


def refuse_no_commit(wanted: Wanted, world: World) -> None:
    """Raise UsageError where no commit is given and none is here: a file tells none itself."""
    history = world.history
    if wanted.source_commit is None and (history is None or history.resolve("HEAD") is None):
        raise UsageError(*NO_COMMIT)
