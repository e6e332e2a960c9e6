"""Which files of a work tree are no longer what its commit says that a model was trained from."""

from __future__ import annotations

from collections.abc import Sequence

from registrar.ports.making import TrainingCode
from registrar.reading.baseline import BASELINE_NAME
from registrar.reading.policy import POLICY_NAME
from registrar.reading.waivers import WAIVERS_NAME

_NO_CODE = frozenset({POLICY_NAME, WAIVERS_NAME, BASELINE_NAME, ".dvcignore"})
_SHOWN = 3


def modified_code(code: TrainingCode, root: str) -> list[str] | None:
    """The tracked files that differ from the last commit; None where git cannot tell.

    Entries below ``root``, the policy and its exceptions, and the configuration of DVC are left
    out: no training reads them, and setting up a registry changes them. A pointer of DVC anywhere
    else is an input, and counts.
    """
    found = code.modified()
    if found is None:
        return None
    apart = (f"{root}/", ".dvc/")
    return [path for path in found if path not in _NO_CODE and not path.startswith(apart)]


def told(paths: Sequence[str]) -> str:
    """The first of the paths, and how many more there are."""
    more = f" and {len(paths) - _SHOWN:,} more" if len(paths) > _SHOWN else ""
    return ", ".join(paths[:_SHOWN]) + more
