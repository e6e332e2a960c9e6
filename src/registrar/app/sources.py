"""The lines of judged files, for the frames of a report."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from registrar.domain.findings import Finding
from registrar.domain.report import Report
from registrar.domain.trees import UnreadableError
from registrar.ports import Tree, World
from registrar.reading.documents import MAX_BYTES, decode

_SECRET = re.compile(
    r"(?<=://)(?!git@)[^\s/@]{1,500}(?=@)|\b(?:gh[a-z]_|github_pat_|glpat-|hf_)\w{8,}"
)
"""User and password of a URL, and tokens of forges: a log is no place for them."""


@contextmanager
def sources_of(report: Report, world: World) -> Iterator[Callable[[Finding], list[str]]]:
    """The lines of the file that a finding is in, without credentials.

    They are read from the head; for a waiver that judges, from where the judge was taken.
    """
    trees: dict[str | None, Tree | None] = {}
    kept: dict[tuple[str | None, str], list[str]] = {}

    def lines(finding: Finding) -> list[str]:
        path = finding.place.path
        of_judge = finding.rule == "waiver-valid"
        revision = report.judged_by.revision if of_judge else report.head
        if revision not in trees:
            trees[revision] = _tree(world, revision)
        if (revision, path) not in kept:
            kept[revision, path] = _lines(trees[revision], path)
        return kept[revision, path]

    try:
        yield lines
    finally:
        for tree in trees.values():
            if tree is not None:
                tree.close()


def _tree(world: World, revision: str | None) -> Tree | None:
    if revision is None or world.history is None:
        return world.work_tree
    return world.history.tree(revision)


def _lines(tree: Tree | None, path: str) -> list[str]:
    if tree is None:
        return []
    try:
        text, flaw = decode(tree.read(path, MAX_BYTES))
    except UnreadableError:
        return []
    if flaw is not None:
        return []
    text = _SECRET.sub(lambda match: "*" * len(match.group()), text)
    return text.replace("\r\n", "\n").removeprefix("\ufeff").split("\n")
