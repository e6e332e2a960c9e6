"""The commits of a repository: names, merge bases, ancestry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from registrar.domain.digests import is_commit
from registrar.errors import RevisionError
from registrar.integrations.git.process import Git
from registrar.integrations.git.tree import GitTree
from registrar.ports import Ancestry, Tree

_SUFFIX = re.compile(r"[\^~:]|@\{")
"""Where the name of a ref ends and the way from it begins."""
_REF = re.compile(r"[^\x00-\x20\x7f*?\[\\]+")
_SHORT = re.compile(r"[0-9a-f]{4,63}", re.IGNORECASE)
_PSEUDO = ("@", "HEAD", "FETCH_HEAD", "ORIG_HEAD", "MERGE_HEAD")
_PLACES = (
    *("{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}"),
    "refs/remotes/{}/HEAD",
)
"""Where git looks for a ref, in this order (gitrevisions)."""


class GitHistory:
    """History of one repository, asked of git once a question."""

    def __init__(self, git: Git) -> None:
        self._git = git

    @property
    def shallow(self) -> bool:
        """Tell whether this is a shallow clone."""
        return self._text("rev-parse", "--is-shallow-repository") == "true"

    def resolve(self, revision: str) -> str | None:
        """The full commit hash of a revision; an option or a range never is one.

        Raises RevisionError for a name that several refs have: git would take the tag, which
        anybody who may push tags chooses.
        """
        if not revision or revision[0] in "-^" or "\n" in revision or "\0" in revision:
            return None
        self._unambiguous(revision)
        found = self._text("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        return found if found is not None and is_commit(found) else None

    def _unambiguous(self, revision: str) -> None:
        name = _SUFFIX.split(revision, maxsplit=1)[0]
        if not name or name in _PSEUDO or is_commit(name) or not _REF.fullmatch(name):
            return
        places = [place.format(name) for place in _PLACES]
        refs = self._text("for-each-ref", "--format=%(refname)", *places) or ""
        found = [ref for ref in refs.splitlines() if ref in places]
        if name in found:
            return  # written in full
        if len(found) > 1 or (found and _SHORT.fullmatch(name)):
            others = found if len(found) > 1 else [*found, "the short hash of a commit"]
            message = f"{revision} is ambiguous: {' or '.join(others)}"
            raise RevisionError(message, f"write it in full, such as {found[-1]}")

    def merge_bases(self, one: str, other: str) -> list[str]:
        """The best common ancestors; several after merges crosswise."""
        found = self._text("merge-base", "--all", one, other)
        return found.splitlines() if found else []

    @property
    def sparse(self) -> bool:
        """Tell whether the work tree holds a part of the files only."""
        return self._text("config", "--bool", "core.sparseCheckout") == "true"

    def ancestry(self, commits: Iterable[str], tip: str) -> Mapping[str, Ancestry]:
        """Ask for all commits in two git calls, however many there are."""
        wanted = sorted(set(commits))
        feed = "".join(f"{commit}\n" for commit in wanted).encode()
        checked = self._git.must("cat-file", "--batch-check", "--buffer", feed=feed).decode()
        here = [
            commit
            for commit, line in zip(wanted, checked.splitlines(), strict=True)
            if line.split()[:2] == [commit, "commit"]
        ]
        answers = dict.fromkeys(wanted, Ancestry.ABSENT)
        answers.update(dict.fromkeys(here, Ancestry.YES))
        feed = "".join(f"{commit}\n" for commit in [*here, f"^{tip}"]).encode()
        outside = self._git.must("rev-list", "--stdin", feed=feed).decode().split() if here else []
        answers.update((c, Ancestry.NO) for c in outside if c in answers)
        return answers

    def upstream(self) -> str | None:
        """The default branch of the upstream's remote, or of origin."""
        tracked = self._text("rev-parse", "--abbrev-ref", "--symbolic-full-name", "@{upstream}")
        remote = tracked.partition("/")[0] if tracked else "origin"
        return self.resolve(f"refs/remotes/{remote}/HEAD") or self.resolve(
            "refs/remotes/origin/HEAD"
        )

    def tracked(self, folder: str) -> list[str] | None:
        """What is in git's index below a folder, committed or not."""
        said = self._git.run("ls-files", "-z", "--full-name", "--", folder)
        if said is None:
            return None
        return [path.decode("utf-8", "surrogateescape") for path in said.split(b"\0") if path]

    def tree(self, commit: str) -> Tree:
        """The tree of a commit."""
        return GitTree(self._git, commit)

    def empty_tree(self) -> Tree:
        """The tree that has nothing in it; git knows it without storing it."""
        oid = self._git.must("hash-object", "-t", "tree", "--stdin").decode().strip()
        return GitTree(self._git, oid)

    def _text(self, *arguments: str) -> str | None:
        output = self._git.run(*arguments)
        return output.decode("utf-8", "replace").strip() or None if output is not None else None
