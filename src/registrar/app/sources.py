"""The lines of judged files, for the frames of a report."""

from __future__ import annotations

from collections.abc import Callable

from registrar.domain.report import Report
from registrar.domain.trees import UnreadableError
from registrar.ports import Tree, World
from registrar.reading.documents import MAX_BYTES, decode
from registrar.reading.waivers import WAIVERS_NAME


def sources_of(report: Report, world: World) -> Callable[[str], list[str]]:
    """Lines by path, read from the head; those of the waivers from where they were judged."""
    cache: dict[str, list[str]] = {}

    def lines(path: str) -> list[str]:
        if path not in cache:
            revision = report.judged_by.revision if path == WAIVERS_NAME else report.head
            cache[path] = _lines(_tree(world, revision), path)
        return cache[path]

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
    return [] if flaw else text.replace("\r\n", "\n").removeprefix("\ufeff").split("\n")
