"""What names an entry on a command line: ``wine``, ``wine:1.2.0``, ``sha256:<hex>``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registrar.domain.digests import is_sha256
from registrar.domain.versions import RESERVED, Version, is_model_name, split_folder


@dataclass(frozen=True, slots=True)
class Reference:
    """A name with or without a version, or a digest; exactly one of ``name`` and ``digest``."""

    name: str | None = None
    version: str | None = None
    digest: str | None = None


def reference(text: str) -> Reference | None:
    """Read a reference; None for what is none. The folder of an entry is one, too."""
    head, colon, tail = text.partition(":")
    if head == RESERVED and colon:
        return Reference(digest=tail) if is_sha256(tail) else None
    if not colon and (folder := split_folder(text)) is not None:
        return Reference(folder.name, str(folder.version))
    if not is_model_name(head) or (colon and Version.parse(tail) is None):
        return None
    return Reference(head, tail if colon else None)


def newest(folders: Iterable[str], name: str) -> str | None:
    """The folder of the newest release of a model; a pre-release only where nothing else is."""
    found = [entry for folder in folders if (entry := split_folder(folder)) and entry.name == name]
    releases = [entry for entry in found if not entry.version.pre] or found
    best = max(releases, key=lambda entry: entry.version, default=None)
    return str(best) if best is not None else None
