"""Refuses an entry folder that is not `<name>-<version>`, or that collides with another.

What it does: reads the name and the SemVer 2.0.0 version from the folder, compares them with
`name` and `version` of the metadata, and compares all folders of the registry with each other
without regard to case, Unicode form and build metadata.

Why this is bad: a version that does not parse cannot be ordered, promoted or rolled back; two
folders that differ by case only are one folder on half of all machines.

Example:

    model_registry/resnet-50/

Use instead:

    model_registry/resnet-50-1.0.0/
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.findings import Outcome, Phase, Problem, Severity
from registrar.domain.places import At
from registrar.domain.trees import Kind
from registrar.domain.versions import RESERVED, Version, is_model_name, suggest_folder
from registrar.reading.entry import Entry
from registrar.reading.siblings import fold
from registrar.rules.rule import Judging, Rule


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Judge the folder's name, its neighbours, and the metadata's idea of it."""
    if entry.node is not None and entry.node.kind is not Kind.FOLDER:
        hint = "an entry is a folder model_registry/<name>-<version>/; move the file into one"
        yield Problem(f"the entry is a {entry.node.kind.value}, not a folder", hint)
        return
    if entry.name is None:
        guess = suggest_folder(entry.folder)
        hint = f"write {guess}" if guess else "write <name>-<version>, such as wine-1.0.0"
        yield Problem(f'"{entry.folder}" is no <name>-<version>', hint)
    for other in judging.siblings.get(fold(entry.folder), ()):
        if other != entry.folder:
            yield Problem(
                f'"{entry.folder}" collides with "{other}"',
                "names may not differ by case, Unicode form or build metadata only",
            )
    yield from _agreement(entry)


def _agreement(entry: Entry) -> Iterator[Outcome]:
    metadata = entry.metadata
    if metadata is None or entry.name is None:
        return
    file = entry.metadata_names[0]
    name, version = entry.name.name, str(entry.name.version)
    told = metadata.name or name
    if told != name and (is_model_name(told) or told == RESERVED):
        message = f'name is "{metadata.name}", the folder says "{name}"'
        yield Problem(message, f"write name: {name}, or rename the folder", At(file, ("name",)))
    written = metadata.version
    if written is not None and written != version and Version.parse(written) is not None:
        message = f'version is "{written}", the folder says "{version}"'
        yield Problem(message, f'write version: "{version}"', At(file, ("version",)))


RULE = Rule(
    name="entry-name",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="the folder is `<name>-<version>`, collides with no other, and agrees with metadata",
    entry=check,
)
