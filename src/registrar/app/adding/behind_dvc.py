"""Whether an artifact goes behind DVC, and on which remote its bytes will be."""

from __future__ import annotations

from collections.abc import Iterable

from registrar.app.remote.judging import dvc_config
from registrar.domain.adding import Piece, Wanted
from registrar.errors import UsageError
from registrar.ports import World
from registrar.ports.making import DvcTool


def goes_behind_dvc(pieces: Iterable[Piece], wanted: Wanted, most: int, dvc: DvcTool) -> bool:
    """Tell it by the option, else by the size; raises UsageError where DVC is not set up.

    ``most`` bytes a file may have in git.
    """
    large = any(piece.size > most for piece in pieces)
    if wanted.dvc is False or not (wanted.dvc or large):
        return False
    if not dvc.ready():
        why = "--dvc" if wanted.dvc else f"it is above {most:,} bytes"
        hint = "dvc init && dvc remote add --default storage <url>, commit them, and run it again"
        raise UsageError(f"the artifact belongs behind DVC ({why}), which is not set up here", hint)
    return True


def remote_of(wanted: Wanted, world: World) -> str | None:
    """The DVC remote that was asked for, or DVC's default; raises UsageError for an unknown one."""
    config = dvc_config(world.work_tree) if world.work_tree is not None else None
    name = wanted.dvc_remote
    if name is not None and (config is None or name.lower() not in config.remotes):
        raise UsageError(f"no remote {name} in .dvc/config", f"dvc remote add {name} <url>")
    return name or (config.default if config is not None else None)
