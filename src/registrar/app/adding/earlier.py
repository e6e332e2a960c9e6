"""What the latest version of a model says: shown as answers that may be taken, never taken."""

from __future__ import annotations

import os
from dataclasses import dataclass

from registrar.app.rulebook import Rulebook
from registrar.app.selection import entries_of
from registrar.domain.metadata import mapping, sequence, text
from registrar.domain.versions import Version, is_model_name, split_folder
from registrar.ports import World
from registrar.reading.entry import Entry


@dataclass(frozen=True, slots=True)
class Earlier:
    """The latest entry of a model: its folder, and what it says."""

    folder: str
    version: Version
    license: str | None = None
    owner: str | None = None
    dataset_name: str | None = None
    dataset_version: str | None = None
    dataset_license: str | None = None

    @property
    def next_version(self) -> str:
        """The next minor version."""
        return str(Version(self.version.major, self.version.minor + 1, 0))


def earlier_of(name: str, world: World, book: Rulebook) -> Earlier | None:
    """The highest version of a model that is in the work tree; None where there is none."""
    tree, root = world.work_tree, book.policy.root
    if tree is None or tree.node(root) is None:
        return None
    named = [split_folder(folder) for folder in entries_of(tree, root)]
    versions = sorted(entry.version for entry in named if entry is not None and entry.name == name)
    if not versions:
        return None
    entry = Entry(tree, root, f"{name}-{versions[-1]}", book.policy.card_profile)
    data = {}
    for reference in entry.local_manifests[:1]:
        data = dict(mapping(entry.document(reference.target).data))
    return Earlier(
        entry.folder,
        versions[-1],
        entry.metadata.license if entry.metadata is not None else None,
        _owner(entry),
        text(data.get("name")),
        text(data.get("version")),
        text(data.get("license")),
    )


def _owner(entry: Entry) -> str | None:
    document = entry.metadata_document
    owners = sequence(mapping(document.data).get("owners")) if document is not None else ()
    return text(mapping(owners[0]).get("name")) if owners else None


def name_of(artifact: str | None) -> str | None:
    """The name that a model's file suggests; None where it would be none."""
    stem = os.path.basename(artifact or "").partition(".")[0].lower()
    return stem if is_model_name(stem) else None
