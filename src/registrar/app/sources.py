"""The lines of judged files, for the frames of a report."""

from __future__ import annotations

import re
from collections.abc import Callable

from registrar.domain.findings import Finding
from registrar.domain.report import Report
from registrar.domain.trees import UnreadableError
from registrar.ports import Tree, World
from registrar.reading.documents import MAX_BYTES, decode

_SECRET = re.compile(
    r"(?<=://)(?!git@)[^\s/@]{1,500}(?=@)|\b(?:gh[a-z]_|github_pat_|glpat-|hf_)\w{8,}"
)
"""User and password of a URL, and tokens of forges: a log is no place for them."""


def sources_of(report: Report, world: World) -> Callable[[Finding], list[str]]:
    """The lines of the file that a finding is in, without credentials.

    They are read from the head; for a waiver that judges, from where the judge was taken.
    """
    cache: dict[tuple[str | None, str], list[str]] = {}

    def lines(finding: Finding) -> list[str]:
        path = finding.place.path
        of_judge = finding.rule == "waiver-valid"
        revision = report.judged_by.revision if of_judge else report.head
        if (revision, path) not in cache:
            cache[revision, path] = _lines(_tree(world, revision), path)
        return cache[revision, path]

    return lines


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
    finally:
        tree.close()
    if flaw is not None:
        return []
    text = _SECRET.sub(lambda match: "*" * len(match.group()), text)
    return text.replace("\r\n", "\n").removeprefix("\ufeff").split("\n")
