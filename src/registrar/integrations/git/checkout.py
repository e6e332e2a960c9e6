"""What git says of a work tree: its default branch, and which paths it ignores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registrar.domain.shipping import Checkout
from registrar.integrations.git.process import Git

_USUAL = ("main", "master", "trunk")


@dataclass(frozen=True, slots=True)
class Ignored:
    """Says which paths git ignores."""

    git: Git

    def __call__(self, paths: Iterable[str]) -> frozenset[str]:
        """Those of the paths that are not tracked and that git ignores."""
        feed = b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)
        said = self.git.run("check-ignore", "-z", "--stdin", feed=feed) or b""
        return frozenset(p.decode("utf-8", "surrogateescape") for p in said.split(b"\0") if p)


def checkout(git: Git) -> Checkout:
    """The default branch, the surest sign first, and how it is known."""
    current = _said(git, "symbolic-ref", "--quiet", "--short", "HEAD")
    branch, reason = _default_branch(git, current)
    return Checkout(branch, reason, current)


def is_branch_name(git: Git, name: str) -> bool:
    """Tell whether git takes a name for a branch."""
    return not name.startswith("-") and git.run("check-ref-format", f"refs/heads/{name}") is not None


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
