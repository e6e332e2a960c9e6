"""The name of a dataset, where its one file tells it."""

from __future__ import annotations

import os

from registrar.domain.adding import Wanted

_SPLITS = frozenset(
    ("train", "training", "test", "testing", "val", "valid", "validation", "dev", "eval")
) | {"evaluation", "holdout", "x_train", "x_test", "y_train", "y_test"}
"""Names of files that name a part of the data, and not the data."""


def stem_of(wanted: Wanted) -> str | None:
    """What the first data file is called; None where that names a split."""
    if not wanted.datasets:
        return None
    split, path = wanted.datasets[0]
    stem = os.path.basename(os.path.normpath(path)).partition(".")[0]
    return stem if stem and stem.lower() not in _SPLITS | {(split or "").lower()} else None


def certain_name(wanted: Wanted) -> str | None:
    """The name that was given, else that of the only file; None where it would be a guess."""
    if wanted.dataset_name is not None:
        return wanted.dataset_name
    return stem_of(wanted) if len(wanted.datasets) == 1 else None
