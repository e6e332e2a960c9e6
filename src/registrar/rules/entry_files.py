"""Refuses files of an entry that are not plain files, or whose bytes would depend on the machine.

What it does: refuses symbolic links, submodules, special files and unreadable folders; paths
with control characters, backslashes, or not in Unicode form NFC; and `.gitattributes`,
`.gitmodules` and `.dvcignore` inside an entry; and an example (`smoke_test`) whose files are not
there, since in a merged version nobody could add them. Warns about files that nothing declares.

Why this is bad: a link may lead out of the entry; `.gitattributes` makes git write other bytes
into the work tree than were committed; an undeclared file is served without any papers.

Example:

    model_registry/wine-1.0.0/model.onnx -> /srv/models/latest.onnx

Use instead: the file itself, or a DVC pointer beside which DVC puts the bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from registrar.domain.findings import Outcome, Phase, Problem, Severity
from registrar.domain.paths import has_control, inside, is_nfc
from registrar.domain.places import At
from registrar.domain.trees import Kind
from registrar.reading.entry import CARD_NAME, METADATA_NAMES, Entry
from registrar.reading.pointers import is_pointer_name
from registrar.reading.siblings import fold_case
from registrar.rules.rule import Judging, Rule

FORBIDDEN = (".gitattributes", ".gitmodules", ".dvcignore")
_DECLARED = (
    *(*METADATA_NAMES, CARD_NAME, CARD_NAME.lower(), "dvc.yaml", ".gitignore", "README.md"),
    "metrics.json",
)
_LICENCE = re.compile(r"(?:LICEN[SC]E|NOTICE|COPYING)(?:-[A-Za-z0-9]+)*(?:\.txt|\.md)?")
_HINTS = {
    Kind.SYMLINK: "put the file itself here, or track it with dvc add",
    Kind.SUBMODULE: "put the files themselves here, or track them with dvc add",
    Kind.SPECIAL: "remove it; an entry holds plain files only",
    Kind.UNREADABLE: "check its permissions, its depth, and the number of its files",
}


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Judge every path of the entry."""
    if entry.node is not None and entry.node.kind is not Kind.FOLDER:
        if entry.node.kind in _HINTS:
            yield Problem(f"the entry is a {entry.node.kind.value}", _HINTS[entry.node.kind])
        return
    declared = _declared(entry)
    strays: dict[str, list[str]] = {}
    for path, node in entry.nodes.items():
        if node.kind is not Kind.FILE:
            yield Problem(
                f"{path or entry.folder} is a {node.kind.value}", _HINTS[node.kind], At(path)
            )
            continue
        if "\\" in path or has_control(path):
            hint = "rename it without backslashes and control characters"
            yield Problem(f"the name {path!r} does not survive every system", hint, At(path))
        elif not is_nfc(path):
            hint = "rename it to the composed Unicode form (NFC), as UTF-8"
            yield Problem(f"the name {path!r} is not in Unicode form NFC", hint, At(path))
        if path.rpartition("/")[2].lower() in FORBIDDEN:
            hint = "remove it; it would make the bytes differ between work tree and git"
            yield Problem(f"{path} is not allowed in an entry", hint, At(path))
        elif declared is not None and not _is_declared(path, declared, entry):
            strays.setdefault(path.partition("/")[0], []).append(path)
    yield from _strays(strays)
    yield from _collisions(entry)
    yield from _absent(entry)


def _absent(entry: Entry) -> Iterator[Outcome]:
    """The files of an example that are not there: no model of this version could ever pass it."""
    smoke = entry.metadata.smoke if entry.metadata else None
    for path in entry.metadata.smoke_paths if entry.metadata else ():
        if path not in entry.nodes and not entry.covered(path):
            hint = f"registrar smoke --record {entry.typed()} writes it; then commit it"
            if smoke is not None and path == smoke.input:
                hint = "write it, beside metadata.yaml as the path says, and commit it"
            at = At(entry.metadata_names[0], ("smoke_test",))
            message = (
                f"smoke_test names {path}, which is not there; after the merge nobody can add it"
            )
            yield Problem(message, hint, at)


def _collisions(entry: Entry) -> Iterator[Outcome]:
    """Two paths that are one on a system that does not tell case or Unicode forms apart."""
    folded: dict[str, str] = {}
    for path in entry.nodes:
        other = folded.setdefault(fold_case(path), path)
        if other != path:
            hint = "rename one; on half of all machines they are one file"
            yield Problem(f"{path} collides with {other}", hint, At(path))


def _strays(strays: dict[str, list[str]]) -> Iterator[Outcome]:
    """One warning for a file, or for all files of a folder."""
    for top, paths in strays.items():
        what = paths[0] if len(paths) == 1 else f"the {len(paths)} files in {top}/"
        hint = "remove it, or say in MODEL_CARD.md what it is, by its path"
        if len(paths) > 1:
            hint = "remove them, or say in MODEL_CARD.md what they are, each by its path"
        yield Problem(f"nothing declares {what}", hint, At(paths[0]), Severity.WARNING)


def _declared(entry: Entry) -> frozenset[str] | None:
    """The paths that metadata names; None where it does not name all that it must."""
    metadata, artifact = entry.metadata, entry.artifact
    if metadata is None or artifact is None or not metadata.dataset_manifests:
        return None
    if not artifact.here and not artifact.outs:
        return None  # what is here may be what was meant
    named = {record.path for record in metadata.files or ()} | set(metadata.smoke_paths)
    named |= {ref.target for ref in metadata.dataset_manifests if not ref.is_url}
    named |= {metadata.artifact or "", metadata.metrics_path or ""}
    return frozenset(named)


def _is_declared(path: str, declared: frozenset[str], entry: Entry) -> bool:
    top, _, rest = path.partition("/")
    if path in _DECLARED or path in declared or is_pointer_name(path):
        return True
    if path.endswith("/.gitignore"):  # DVC writes one beside each output
        return True
    if (top == "LICENSES" and rest.endswith(".txt")) or _LICENCE.fullmatch(path):
        return True
    artifact = entry.artifact.path if entry.artifact else None
    if artifact and inside(path, artifact):
        return True
    return entry.covered(path) or _mentioned(path, entry.card_text[0])


def _mentioned(path: str, card: str) -> bool:
    """Tell whether a card names a path, and not only a word that it is, or is a part of."""
    if path.isalnum():
        return f"`{path}`" in card or f"]({path})" in card
    found = re.search(rf"(?<![\w./-]){re.escape(path)}(?![\w/-])", card) if path in card else None
    return found is not None


RULE = Rule(
    name="entry-files",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="an entry holds plain, declared files with portable names",
    entry=check,
)
