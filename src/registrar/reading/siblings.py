"""Which entry folders collide: by case, Unicode form, or build metadata."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping


def fold_case(path: str) -> str:
    """The form in which two paths are one where case and Unicode forms are not told apart."""
    return path.lower() if path.isascii() else unicodedata.normalize("NFKC", path).casefold()


def fold(folder: str) -> str:
    """The form in which two folders of one registry may not be equal."""
    return fold_case(folder).partition("+")[0]


def siblings(folders: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Folded name to the folders that share it; only those that collide."""
    groups: dict[str, list[str]] = {}
    for folder in folders:
        groups.setdefault(fold(folder), []).append(folder)
    return {key: tuple(sorted(group)) for key, group in groups.items() if len(group) > 1}
