"""The code that trained a model: what was said, what the run says, else this repository at HEAD."""

from __future__ import annotations

from registrar.app.adding.ready import NO_COMMIT
from registrar.app.training_code import modified_code
from registrar.domain.adding import Origin, Wanted
from registrar.domain.addresses import without_secrets
from registrar.domain.digests import is_commit
from registrar.domain.runs import RunModel
from registrar.errors import UsageError
from registrar.ports import Ancestry, World
from registrar.ports.making import TrainingCode


def origin_of(
    wanted: Wanted, root: str, world: World, code: TrainingCode, found: RunModel | None
) -> Origin:
    """Where the training code is; raises UsageError where that is not known.

    Whether it was modified is known of this repository as it is now, but for what lies below
    ``root``, or from the run.
    """
    head = world.history.resolve("HEAD") if world.history is not None else None
    commit = wanted.source_commit or (found.run.commit if found is not None else head)
    if commit is None:
        raise UsageError(*_NO_COMMIT[found is not None])
    if not is_commit(commit):
        named = "--source-commit" if wanted.source_commit else "the run's commit"
        raise UsageError(f"{named} {commit} is no full hash", f"git rev-parse {commit}")
    repository = wanted.source_repository
    if repository is None and _here(commit, head, world):
        repository = "."
    if repository is None and found is not None and commit == found.run.commit:
        repository = found.repository
    if repository is None:
        raise UsageError(f"commit {commit[:12]} is not here", "give --source-repository")
    dirty: bool | None = None
    modified: list[str] | None = []
    if found is not None:
        dirty = found.run.dirty if commit == found.run.commit else None  # of then, not of now
    elif repository == "." and commit == head:
        modified = modified_code(code, root)
        dirty = modified != []  # also where git cannot tell
    address = without_secrets(repository)
    return Origin(address, commit, wanted.source_path, dirty, tuple(modified or ()))


_NO_COMMIT = {
    False: NO_COMMIT,
    True: (
        "the run does not say which commit it was trained from",
        "give --source-commit, where you know it",
    ),
}


def _here(commit: str, head: str | None, world: World) -> bool:
    if world.history is None or head is None:
        return False
    return world.history.ancestry([commit], head)[commit] is not Ancestry.ABSENT
