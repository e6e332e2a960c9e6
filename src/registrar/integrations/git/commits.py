"""Source repositories on other hosts: their commits, without any file, in a cache of ours."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from registrar.errors import GitError
from registrar.integrations.git.process import Git, environment, installed
from registrar.ports.others import AskError

PROTOCOLS = "https:ssh:git"
_TIMEOUT = 300
_SSH = "ssh -oBatchMode=yes -oConnectTimeout=20 -oStrictHostKeyChecking=yes"
_REFS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
"""Not ``refs/pull``: a commit of anybody's pull request is no commit of the repository."""


@dataclass(frozen=True, slots=True)
class GitRepositories:
    """Repositories fetched into bare ones below ``folder``, which is made where it is needed."""

    folder: str

    def reachable(self, url: str, commits: Iterable[str]) -> Mapping[str, bool]:
        """Fetch heads and tags, and look for the commits among their ancestors."""
        if not installed():
            raise AskError("git is not installed")
        place = os.path.join(self.folder, hashlib.sha256(url.encode()).hexdigest()[:32] + ".git")
        try:
            os.makedirs(place, mode=0o700, exist_ok=True)
        except OSError as error:
            raise AskError(f"the cache cannot be written: {error.strerror}") from error
        git = Git(place, place)
        with _locked(place):
            try:
                if not os.path.exists(os.path.join(place, "HEAD")):
                    git.must("init", "--quiet", "--bare", "--template=")
                _fetch(git, url)
                return _among(git, sorted(set(commits)))
            except GitError as error:
                raise AskError(f"the cache {place} is damaged; remove it") from error


def commits_folder(environ: Mapping[str, str]) -> str:
    """Where the fetched commits are kept; by user in the folder of temporary files without a home.

    Source: XDG Base Directory Specification.
    """
    base = environ.get("XDG_CACHE_HOME", "")
    home = environ.get("HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(home, ".cache") if os.path.isabs(home) else ""
    if base:
        return os.path.join(base, "registrar", "commits")
    import tempfile  # hardly ever

    return os.path.join(tempfile.gettempdir(), f"registrar-commits-{os.getuid()}")


@contextmanager
def _locked(place: str) -> Iterator[None]:
    """One process at a time in one repository of the cache."""
    number = os.open(os.path.join(place, "registrar.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)


def _fetch(git: Git, url: str) -> None:
    """Bring the refs as they are now; those that are gone there are gone here, too."""
    options = (
        *("-c", "protocol.allow=user", "-c", "http.followRedirects=false"),
        *("-c", "http.lowSpeedLimit=100", "-c", "http.lowSpeedTime=60", "-c", "gc.auto=0"),
        *("-c", f"core.sshCommand={_SSH}", "-c", "fetch.fsckObjects=true"),
    )
    fetch = ("fetch", "--quiet", "--filter=tree:0", "--prune", "--no-tags", "--force")
    more = ("--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance")
    command = git.command(*options, *fetch, *more, "--", url, *_REFS)
    env = environment(False) | {"GIT_ALLOW_PROTOCOL": PROTOCOLS, "GIT_ASKPASS": "true"}
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=env,
            timeout=_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise AskError(f"the source repository did not answer within {_TIMEOUT} s") from error
    if done.returncode:
        raise AskError(f"the source repository cannot be fetched: {_cause(done.stderr)}")


_CAUSES = (
    (b"not found", "there is none at this address, or it is not yours to read"),
    (b"does not appear to be a git repository", "there is none at this address"),
    (b"not exported", "there is none at this address, or it is not yours to read"),
    (b"Authentication failed", "it wants credentials; give git some for this host"),
    (b"could not read Username", "it wants credentials; give git some for this host"),
    (b"Permission denied", "it wants credentials; give ssh a key for this host"),
    (b"Host key verification failed", "its host key is not known; ssh-keyscan it and compare"),
    (b"Could not resolve host", "the host is not known"),
    (b"unable to look up", "the host is not known"),
    (b"onnection refused", "the host refuses the connection"),
    (b"redirect", "it redirects to somewhere else; name the address that it redirects to"),
)


def _cause(said: bytes) -> str:
    """What went wrong, in words of ours: git repeats addresses, and a server's own text."""
    return next((cause for sign, cause in _CAUSES if sign in said), "git fetch failed")


def _among(git: Git, commits: list[str]) -> Mapping[str, bool]:
    """Which commits are here and ancestors of a ref; nothing is fetched to find out."""
    feed = "".join(f"{commit}\n" for commit in commits).encode()
    told = git.must("cat-file", "--batch-check", "--buffer", feed=feed).decode().splitlines()
    here = [c for c, line in zip(commits, told, strict=True) if line.split()[:2] == [c, "commit"]]
    feed = "".join(f"{commit}\n" for commit in here).encode()
    asked = ("rev-list", "--stdin", "--not", "--all")
    outside = set(git.must(*asked, feed=feed).decode().split()) if here else set()
    return {commit: commit in here and commit not in outside for commit in commits}
