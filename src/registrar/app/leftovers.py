"""Folders that another branch left in the registry: their bytes, without any paper.

A checkout of another branch takes away what git tracks of an entry, and leaves what DVC keeps
beside it. Which paths git tracks is asked here and not by the rule: it is no fact of the entry's
own files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from registrar.app.judging import Judged
from registrar.domain.findings import Finding
from registrar.ports import History, Tree
from registrar.reading.entry import CARD_NAME, METADATA_NAMES, Entry
from registrar.reading.pointers import is_pointer_name

_RULE = "metadata-readable"
_PAPERS = frozenset(
    (*METADATA_NAMES, CARD_NAME.lower(), "dataset-manifest.yaml", "metrics.json", "dvc.yaml")
)


def is_bare(tree: Tree, path: str) -> bool:
    """Tell a folder with none of the papers of an entry, and no pointer."""
    names = [node.path.rpartition("/")[2] for node in tree.children(path)]
    return bool(names) and not any(n.lower() in _PAPERS or is_pointer_name(n) for n in names)


def with_advice(
    judged: Sequence[Judged], tree: Tree, history: History | None, root: str
) -> list[Judged]:
    """The same findings; that of a bare folder of which git tracks nothing says how it goes."""
    found = {
        finding.place.path
        for answer in judged
        for finding in answer.findings
        if _at_folder(finding, root) and is_bare(tree, finding.place.path)
    }
    if not found or history is None:
        return list(judged)
    known = history.tracked(root)
    if known is None:
        return list(judged)
    depth = root.count("/") + 2
    found -= {"/".join(path.split("/")[:depth]) for path in known}
    return [_advised(answer, found, tree, root) for answer in judged] if found else list(judged)


def _at_folder(finding: Finding, root: str) -> bool:
    """Tell that the rule found no metadata at all: it then names the folder, and no file."""
    return finding.rule == _RULE and finding.place.path == f"{root}/{finding.entry}"


def _advised(answer: Judged, found: set[str], tree: Tree, root: str) -> Judged:
    findings = tuple(
        replace(one, hint=f"{one.hint}; {_advice(tree, root, one.entry or '')}")
        if one.rule == _RULE and one.place.path in found
        else one
        for one in answer.findings
    )
    return replace(answer, findings=findings)


def _advice(tree: Tree, root: str, folder: str) -> str:
    typed = Entry(tree, root, folder).typed()
    return f"or, if these bytes are left from another branch, remove the folder: rm -r {typed}"
