"""The facts of a clone: remotes, branch, hooks, attributes, what it lacks."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Mapping

from registrar.domain.clones import AttributesFile, Clone, Hook, Remote, remote_from
from registrar.domain.pushes import Server
from registrar.domain.trees import UnreadableError
from registrar.integrations.git.attribute_files import attribute_files
from registrar.integrations.git.checkout import ask_attributes, checkout
from registrar.integrations.git.process import Git, looks_bare
from registrar.integrations.git.served import read_server

_MAX_HOOK = 256 * 1024
_SERVERS = ("pre-receive", "update", "post-receive")
"""Hooks that git runs in the git folder, and not at the top of a work tree."""
_VERSION = re.compile(r"git version ([0-9]+(?:\.[0-9]+)*)")


class GitClone:
    """One clone; every question is one git call."""

    def __init__(self, git: Git) -> None:
        self._git = git

    def facts(self) -> Clone:
        """Ask git for everything that does not need a question."""
        remotes = tuple((self._text("remote") or "").splitlines())
        remote = self._remote(remotes)
        head = self._text("symbolic-ref", "--quiet", "--short", "HEAD")
        found = _VERSION.search(self._text("version") or "")
        promisor = self._text(
            "config", "--get-regexp", r"^remote\..*\.(promisor|partialclonefilter)$"
        )
        configured = self._setting("core.hooksPath")
        return Clone(
            tuple(int(part) for part in found[1].split(".")) if found else (),
            self._text("rev-parse", "--is-bare-repository") == "true",
            head,
            remote,
            remotes,
            self._servers(remote),
            self._default(remote) or checkout(self._git).branch,
            self._text("rev-parse", "--is-shallow-repository") == "true",
            promisor is not None or self._text("config", "extensions.partialClone") is not None,
            self._text("config", "--bool", "core.sparseCheckout") == "true",
            self._hooks(configured),
            configured,
        )

    def attributes(self, paths: Iterable[str], names: Iterable[str]) -> Mapping[str, str]:
        """Ask ``git check-attr``; ``unspecified``, ``set``, ``unset`` or a value."""
        return ask_attributes(self._git, paths, names)

    def attribute_files(self) -> tuple[AttributesFile, ...]:
        """Read the files of attributes outside the tree, the strongest first."""
        return attribute_files(self._git)

    def hook(self, name: str) -> Hook | None:
        """Read the hook that git would run here."""
        configured = self._setting("core.hooksPath")
        return _hook(os.path.join(self._hooks(configured, name in _SERVERS), name))

    def hook_of(self, remote: Remote, name: str) -> Hook | None:
        """Read the hook of a repository of this machine, bare or not."""
        return GitClone(self._at(remote)).hook(name)

    def server(self, remote: Remote | None) -> Server:
        """Read what a repository of this machine judges as a server; this one for None."""
        return read_server(self._git if remote is None else self._at(remote))

    def _at(self, remote: Remote) -> Git:
        top = self._text("rev-parse", "--show-toplevel") or self._git.folder
        folder = os.path.join(top, remote.path)
        if not os.path.isdir(folder):
            raise UnreadableError(f"{remote.path} is not a folder of this machine")
        there = Git(folder, folder if looks_bare(folder) else None)
        common = there.run("rev-parse", "--path-format=absolute", "--git-common-dir")
        if common is None:
            raise UnreadableError(f"git cannot read {remote.path}")
        return there

    def _remote(self, remotes: tuple[str, ...]) -> Remote | None:
        """The upstream's remote, else origin, else the only one there is."""
        tracked = self._text("rev-parse", "--abbrev-ref", "--symbolic-full-name", "@{upstream}")
        ahead = [r for r in remotes if tracked and tracked.startswith(f"{r}/")]
        wanted = max(ahead, key=len, default="origin")
        if wanted not in remotes:
            if len(remotes) != 1:
                return None
            wanted = remotes[0]
        urls = (self._text("remote", "get-url", "--push", "--all", "--", wanted) or "").splitlines()
        if len(set(urls)) > 1:  # a push goes to all of them, and only one may judge it
            return Remote(wanted, f"{len(urls)} addresses that a push goes to", "?", "")
        return remote_from(wanted, urls[0]) if urls else None

    def _servers(self, remote: Remote | None) -> tuple[str, ...]:
        names = {"origin", remote.name if remote is not None else "origin"}
        lines = [line.partition("\t") for line in (self._text("remote", "-v") or "").splitlines()]
        urls = [(name, rest.rpartition(" (")[0]) for name, _, rest in lines if name in names]
        found = {remote_from(name, url).host for name, url in urls}
        return tuple(sorted(host for host in found if host is not None))

    def _default(self, remote: Remote | None) -> str | None:
        if remote is None:
            return None
        named = self._text("symbolic-ref", "--quiet", f"refs/remotes/{remote.name}/HEAD")
        return named.removeprefix(f"refs/remotes/{remote.name}/") if named else None

    def _setting(self, key: str) -> str | None:
        """A path of the configuration, but for the value that our own command line gives it."""
        told = self._git.run("config", "--type=path", "-z", "--get-all", key)
        values = (told or b"").decode("utf-8", "surrogateescape").split("\0")[:-1]
        return values[-2] if len(values) > 1 else None

    def _hooks(self, configured: str | None, server: bool = False) -> str:
        """The folder of the hooks; a relative one begins where git stands when it runs them."""
        top = self._text("rev-parse", "--show-toplevel") or self._git.folder
        if configured is not None:
            inside = self._text("rev-parse", "--absolute-git-dir") if server else None
            return os.path.join(inside or top, configured)
        common = self._text("rev-parse", "--path-format=absolute", "--git-common-dir")
        return os.path.join(common or os.path.join(top, ".git"), "hooks")

    def _text(self, *arguments: str) -> str | None:
        output = self._git.run(*arguments)
        return output.decode("utf-8", "surrogateescape").strip() or None if output else None


def _hook(path: str) -> Hook | None:
    """Read a hook, links followed as git does, without waiting for a FIFO."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnreadableError(f"{path}: {error.strerror}") from error
    with open(handle, "rb") as stream:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError(f"{path} is no regular file")
        raw = stream.read(_MAX_HOOK + 1)
    if len(raw) > _MAX_HOOK:  # what comes after may undo what comes before
        raise UnreadableError(f"{path} is larger than {_MAX_HOOK:,} bytes")
    runs = bool(status.st_mode & 0o111) and os.access(path, os.X_OK)
    return Hook(path, raw.decode("utf-8", "replace"), runs)
