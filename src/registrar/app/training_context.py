"""What a training run is started from, as tags of a tracking server."""

from __future__ import annotations

import json
from collections.abc import Iterable

from registrar.app.remote.judging import dvc_config
from registrar.app.rulebook import built_in, read_rulebook
from registrar.app.training_code import modified_code
from registrar.domain.trees import UnreadableError
from registrar.errors import PolicyError
from registrar.ports import Tree, World
from registrar.ports.making import TrainingCode
from registrar.reading.pointers import is_pointer_name, read_pointer

DIRTY, REMOTE, INPUTS = "registrar.dirty", "registrar.dvc_remote", "registrar.dvc_inputs"
_MOST = 100
"""So many inputs are recorded."""
_LONGEST = 5_000
"""Characters of a tag; MLflow takes 8,000 at most."""
_MAX_POINTER = 64 * 1024


def training_tags(world: World, code: TrainingCode) -> dict[str, str]:
    """Whether training code is modified, DVC's default remote, and the MD5s of what it tracks.

    Entries of the registry are no inputs and are left out. Modified is meant as in ``registrar
    add``; true where git cannot tell.
    """
    if world.history is None or world.work_tree is None:
        return {}
    root = _root(world.work_tree)
    modified = modified_code(code, root)
    tags = {DIRTY: "false" if modified == [] else "true"}
    config = dvc_config(world.work_tree)
    if config is not None and config.default is not None:
        tags[REMOTE] = config.default
    inputs = _inputs(world.work_tree, code.tracked(), root) if config is not None else {}
    told = json.dumps(inputs, sort_keys=True)
    if inputs and len(told) <= _LONGEST:
        tags[INPUTS] = told
    return tags


def _root(tree: Tree) -> str:
    """The folder of the entries; the usual one where a broken policy names none."""
    try:
        return read_rulebook(tree, "work-tree").policy.root
    except PolicyError:
        return built_in().policy.root


def _inputs(tree: Tree, paths: Iterable[str], root: str) -> dict[str, str]:
    """Path to MD5 of everything that pointers outside the registry track."""
    found: dict[str, str] = {}
    for path in paths:
        if is_pointer_name(path) and not path.startswith(f"{root}/") and len(found) < _MOST:
            try:
                raw = tree.read(path, _MAX_POINTER)
            except UnreadableError:
                continue
            folder, _, name = path.rpartition("/")
            for out in read_pointer(name, raw).outs:
                if out.md5 is not None:
                    found[f"{folder}/{out.path}" if folder else out.path] = out.md5
    return found
