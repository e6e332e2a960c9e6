"""Refuses a source that is not pinned to one commit of one repository.

What it does: wants `source.commit` to be a full hash, `source.repository` to be an https, ssh or
git URL without password or query, `git@host:path`, or `.`, and `source.dirty` not to be true
unless the policy says `[source] allow_dirty = true`.

Why this is bad: a branch moves, a short hash may come to mean two commits, and a model that was
trained from modified files comes from no commit at all. A password in a URL is public for ever.

Example:

    source: {repository: https://github.com/acme/wine, commit: main}

Use instead:

    source:
      repository: https://github.com/acme/wine
      commit: 3f786850e387550fdab836ed7e6dc881de23001b
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from registrar.domain.digests import is_commit
from registrar.domain.findings import Outcome, Phase, Problem, Severity
from registrar.domain.paths import has_control
from registrar.domain.places import At
from registrar.reading.entry import Entry
from registrar.rules.rule import Judging, Rule

_SCHEMES = ("https", "ssh", "git")
_SCP = re.compile(
    r"([A-Za-z0-9_][A-Za-z0-9_.-]{0,63})@[A-Za-z0-9][A-Za-z0-9.-]{0,252}:[^\s:?#\\][^\s?#\\]{0,1000}"
)
_TOKEN = re.compile(r"(?:gh[a-z]_|github_pat_|glpat-|hf_|x-access-token|oauth)", re.IGNORECASE)
"""How tokens of forges begin that stand in a user's place."""
_USER = re.compile(r"[A-Za-z0-9._~-]+")
"""git decodes a user, and then looks for the host: ``other.example%2f@`` leads elsewhere."""
_LONGEST_USER = 20
"""What is longer is no name of a person or an organisation."""
_SHORT = 200
"""What is longer is not kept."""
_FORMS = "write https://host/path, ssh://git@host/path, git@host:path, or '.' for this repository"


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Judge commit, repository and dirtiness, each on its own."""
    if entry.metadata is None:
        return
    source, file = entry.metadata.source, entry.metadata_names[0]
    if source.commit is not None and not is_commit(source.commit):
        yield Problem(*_commit(source.commit), At(file, ("source", "commit")))
    elif source.commit is not None and not source.commit.strip("0"):
        hint = "write what git rev-parse HEAD says in the training repository"
        yield Problem("the commit is all zeros", hint, At(file, ("source", "commit")))
    fault = _repository(source.repository) if source.repository is not None else None
    if fault is not None:
        yield Problem(*fault, At(file, ("source", "repository")))
    if source.dirty and not judging.policy.allow_dirty:
        hint = "commit the changes and train again from that commit"
        yield Problem("trained from modified files", hint, At(file, ("source", "dirty")))


def _commit(commit: str) -> tuple[str, str]:
    shown = commit[:80]
    if is_commit(commit.lower()):
        return f'"{shown}" is not lower-case', f"write {commit.lower()}"
    if re.fullmatch(r"[0-9a-fA-F]{4,63}", commit):
        return f'"{shown}" is a short hash, not a commit', f"write what git rev-parse {shown} says"
    hint = "write the full hash; git rev-parse HEAD says it in the training repository"
    return f'"{shown}" is a name that moves, not a commit', hint


def _repository(repository: str) -> tuple[str, str] | None:
    """What is wrong with a repository, never repeating a password; None for a good one."""
    return _kept(repository) if len(repository) <= _SHORT else _fault(repository)


@lru_cache(maxsize=1024)
def _kept(repository: str) -> tuple[str, str] | None:
    """The same; entries of one registry share a few repositories."""
    return _fault(repository)


def _fault(repository: str) -> tuple[str, str] | None:
    scp = _SCP.fullmatch(repository)
    if scp and _TOKEN.match(scp[1]):
        return "the repository holds credentials", "write git@host:path, and revoke the token"
    if repository == "." or scp:
        return None
    if has_control(repository) or any(char.isspace() for char in repository):
        return "the repository holds white space or control characters", _FORMS
    try:
        url = urlsplit(repository)
        _ = url.port
    except ValueError:
        return "the repository is no URL", _FORMS
    if url.scheme not in _SCHEMES or not url.hostname or url.path in ("", "/"):
        shown = "the repository" if "@" in repository else f'"{repository[:200]}"'
        return f"{shown} is no repository that can be pinned", _FORMS
    return _secrets(url)


def _looks_secret(user: str) -> bool:
    return len(user) > _LONGEST_USER or _TOKEN.match(user) is not None


def _secrets(url: SplitResult) -> tuple[str, str] | None:
    port = f":{url.port}" if url.port else ""
    plain = f"{url.scheme}://{url.hostname}{port}{url.path}"
    user = url.username
    if user and url.password is None and url.scheme != "ssh" and not _looks_secret(user):
        return "the repository's URL names a user, and a token looks the same", f"write {plain}"
    if url.password is not None or (user and (url.scheme != "ssh" or _looks_secret(user))):
        return "the repository's URL holds credentials", f"write {plain}, and revoke them"
    if user is not None and not _USER.fullmatch(user):
        return "the repository's URL names no plain user", f"write {plain}"
    if url.query or url.fragment:
        return "the repository's URL has a query or fragment", f"write {plain}"
    return None


RULE = Rule(
    name="source-pinned",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="repository and full commit, no credentials, no modified files",
    entry=check,
    configurable="severity, [source] allow_dirty",
)
