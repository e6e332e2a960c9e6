"""What git says of a work tree: its default branch, and which paths it ignores."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registrar.domain.shipping import Checkout
from registrar.integrations.git.process import Git

_USUAL = ("main", "master", "trunk")


@dataclass(frozen=True, slots=True)
class GitStaging:
    """What git would do with paths of its work tree."""

    git: Git

    def ignored(self, paths: Iterable[str]) -> frozenset[str]:
        """Those of the paths that git ignores and does not track."""
        feed = b"".join(_bytes(path) + b"\0" for path in paths)
        return _names(self.git.run("check-ignore", "-z", "--stdin", feed=feed))

    def uncommitted(self, paths: Iterable[str]) -> frozenset[str]:
        """Those of the paths that are there and not as in the last commit, as far as git tells.

        Files that git was told not to look at are among them, and all where it cannot tell.
        """
        asked = [os.fsdecode(_bytes(path)) for path in paths]
        status = ("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all")
        said = self.git.run(*status, "--ignored=matching", "--", *asked)
        tags = self.git.run("ls-files", "-z", "-v", "--", *asked)
        if said is None or tags is None:
            return frozenset(asked)
        unseen = [line[2:] for line in tags.split(b"\0") if line and not line.startswith(b"H ")]
        return _names(b"\0".join([*(line[3:] for line in said.split(b"\0")), *unseen]))

    def attributes(self, paths: Iterable[str], names: Iterable[str]) -> Mapping[str, str]:
        """Each attribute of each path, by ``path:name``: what ``git check-attr`` says."""
        return ask_attributes(self.git, paths, names)


@dataclass(frozen=True, slots=True)
class GitTrainingCode:
    """The work tree that models are trained from."""

    git: Git

    def modified(self) -> list[str] | None:
        """The tracked paths that differ from the last commit, staged or not."""
        asked = ("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=no")
        said = self.git.run(*asked)
        if said is None:
            return None
        return [os.fsdecode(line[3:]) for line in said.split(b"\0") if line]

    def tracked(self) -> list[str]:
        """The paths that git tracks, relative to the top."""
        said = self.git.run("ls-files", "-z", "--full-name") or b""
        return [os.fsdecode(path) for path in said.split(b"\0") if path]


def ask_attributes(git: Git, paths: Iterable[str], names: Iterable[str]) -> Mapping[str, str]:
    """Ask ``git check-attr``; ``unspecified``, ``set``, ``unset`` or a value."""
    feed = b"".join(_bytes(path) + b"\0" for path in paths)
    answer = git.must("check-attr", "-z", "--stdin", *names, feed=feed)
    parts = answer.decode("utf-8", "surrogateescape").split("\0")
    triples = zip(parts[::3], parts[1::3], parts[2::3], strict=False)
    return {f"{path}:{name}": value for path, name, value in triples}


def checkout(git: Git) -> Checkout:
    """The default branch, the surest sign first, and how it is known."""
    current = _said(git, "symbolic-ref", "--quiet", "--short", "HEAD")
    branch, reason = _default_branch(git, current)
    return Checkout(branch, reason, current)


def is_branch_name(git: Git, name: str) -> bool:
    """Tell whether git takes a name for a branch."""
    return (
        not name.startswith("-") and git.run("check-ref-format", f"refs/heads/{name}") is not None
    )


def _default_branch(git: Git, current: str) -> tuple[str, str]:
    for remote in sorted(_said(git, "remote").splitlines(), key=lambda name: name != "origin"):
        head = _said(git, "symbolic-ref", "--quiet", f"refs/remotes/{remote}/HEAD")
        prefix = f"refs/remotes/{remote}/"
        if head.startswith(prefix):
            return head.removeprefix(prefix), f"the default branch of {remote}"
    listed = _said(git, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads")
    local = set(listed.splitlines())
    if current and local <= {current}:
        return current, "the only branch"
    wanted = _said(git, "config", "--get", "init.defaultBranch")
    if wanted in local:
        return wanted, "init.defaultBranch"
    usual = next((name for name in _USUAL if name in local), "")
    if usual:
        return usual, "a branch of that name is here"
    if current:
        return current, "the branch that is checked out"
    return "main", "a guess: no branch is checked out, and origin names none"


def _said(git: Git, *arguments: str) -> str:
    return (git.run(*arguments) or b"").decode("utf-8", "surrogateescape").strip()


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _names(said: bytes | None) -> frozenset[str]:
    names = (said or b"").split(b"\0")
    return frozenset(name.decode("utf-8", "surrogateescape") for name in names if name)
