"""Which commit a model is trained from, and whether the training code is that commit's."""

import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


class EntryError(Exception):
    """An entry cannot be made or checked; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Source:
    """The commit a model is trained from; `created` is its committer date, UTC."""

    commit: str
    path: str
    dirty: bool
    created: str


def source_of_head(script: Path, allow_dirty: bool) -> Source:
    """Describe HEAD, which must hold the training code as it is now.

    Raises:
        EntryError: tracked files or the training code differ from HEAD.

    """
    commit = _git(script, "rev-parse", "--verify", "--end-of-options", "HEAD^{commit}")
    modified = _git(script, "status", "--porcelain", "--untracked-files=no")
    dirty = bool(modified) or any(not _git(script, "ls-files", str(code)) for code in _code(script))
    if dirty and not allow_dirty:
        raise EntryError("tracked files or the training code differ from HEAD: commit first")
    return source_at(script, commit, dirty)


def source_at(script: Path, commit: str, dirty: bool) -> Source:
    """Describe a commit as the source of a script."""
    top = Path(_git(script, "rev-parse", "--show-toplevel"))
    seconds = int(_git(script, "show", "-s", "--no-show-signature", "--format=%ct", commit))
    created = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Source(commit, script.relative_to(top.resolve()).as_posix(), dirty, created)


def require_unchanged(script: Path, commit: str) -> None:
    """Refuse training code that is not the commit's.

    Raises:
        EntryError: it differs, or the commit is not in this clone.

    """
    names = [str(code) for code in _code(script)]
    if _git(script, "diff", "--name-only", commit, "--", *names):
        raise EntryError(f"the training code is not that of {commit}: check that commit out first")


def _code(script: Path) -> list[Path]:
    return [script, *sorted(script.parent.glob("_*.py"))]


def _git(script: Path, *arguments: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    result = subprocess.run(
        ["git", "--no-replace-objects", "--literal-pathspecs", *arguments],
        cwd=script.parent,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
    )
    if result.returncode:
        raise EntryError(f"git {arguments[0]} failed: {result.stderr.strip()}")
    return result.stdout.strip()
