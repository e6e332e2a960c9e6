"""The paths of a command line as paths of a repository."""

from __future__ import annotations

import os

from registrar.errors import UsageError


def top_and_paths(given: list[str]) -> tuple[str, tuple[str, ...]]:
    """The top of the repository, and the paths relative to it.

    Raises UsageError for a path outside, and where the current folder leaves open which repository
    is meant.
    """
    from registrar.assemble import find_top, top_here

    top = find_top(".")
    if given and not (top and _lies_in(given[0], top)):
        top = find_top(_existing(given[0]))  # what is judged may look like a bare repository
    else:
        top = top_here(".")
    top = top or os.path.realpath(".")
    relative = []
    for path in (path.rstrip("/") or path for path in given):  # "link/" is the link itself
        whole = os.path.join(os.path.realpath(os.path.dirname(path) or "."), os.path.basename(path))
        inner = os.path.relpath(os.path.normpath(whole), top)
        if inner.startswith(".."):  # a link from outside is followed, one in the tree is judged
            inner = os.path.relpath(os.path.realpath(path), top)
        if inner.startswith(".."):
            raise UsageError(f"{path} does not lie in {top}", "check one repository at a time")
        inner = os.fsencode(inner).decode("utf-8", "surrogateescape")
        relative.append("" if inner == "." else inner)
    return top, tuple(relative)


def _lies_in(path: str, top: str) -> bool:
    real = os.path.realpath(os.path.dirname(path) or ".") + os.sep
    return real.startswith(top.rstrip(os.sep) + os.sep)


def _existing(path: str) -> str:
    """The nearest folder that is there; a deleted entry has its place too."""
    while path and not os.path.isdir(path):
        path = os.path.dirname(path.rstrip("/"))
    return path or "."
