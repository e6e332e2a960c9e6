"""What git says about one clone: where it pushes, what it lacks, what steers it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

_SCP = re.compile(r"(?:[^@/:\[\]]+@)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(?!//)(.+)")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_SCHEMES = ("https", "http", "ssh", "git", "git+ssh")


@dataclass(frozen=True, slots=True)
class Remote:
    """A remote of the clone; its URL never holds a password here."""

    name: str
    url: str
    host: str | None = None
    """Lower case, without a port; None for a path."""
    path: str = ""
    """What stands behind the host, without ``.git``; or the local path."""

    @property
    def is_local(self) -> bool:
        """Tell a path of this machine from a server."""
        return self.host is None

    @property
    def slug(self) -> tuple[str, str] | None:
        """Owner and repository, as GitHub has them; None for anything else."""
        parts = self.path.split("/")
        good = len(parts) == 2 and all(_NAME.fullmatch(part) for part in parts)
        return (parts[0], parts[1]) if good and not {".", ".."} & set(parts) else None


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook of a repository: its path, its text, and whether git would run it."""

    path: str
    text: str
    executable: bool


@dataclass(frozen=True, slots=True)
class AttributesFile:
    """A file of attributes outside the tree: the clone's own, the user's, or the machine's."""

    path: str
    raw: bytes
    stronger: bool
    """True where it wins over the tree's own files, as ``info/attributes`` does."""


@dataclass(frozen=True, slots=True)
class Clone:
    """The facts of one clone."""

    git_version: tuple[int, ...] = ()
    bare: bool = False
    branch: str | None = None
    """The branch that is checked out; None where HEAD is detached."""
    remote: Remote | None = None
    """The upstream's remote, or origin, or the only one."""
    remotes: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    """The hosts that this remote and origin name, for fetching or pushing; none for a path."""
    default_branch: str | None = None
    """What ``refs/remotes/<remote>/HEAD`` says, or the surest sign besides."""
    shallow: bool = False
    partial: bool = False
    sparse: bool = False
    hooks_folder: str = ""
    hooks_path: str | None = None
    """``core.hooksPath``, where it is set."""


def is_plain_host(host: str) -> bool:
    """Tell a name of the DNS, or an IPv4 address, from what only ends like a host that is known.

    ``evil.example%2f.ghe.com`` ends in ``.ghe.com``, and another host answers for it.
    """
    return _HOST.fullmatch(host) is not None


def remote_from(name: str, url: str) -> Remote:
    """Read the URL of a remote: https, ssh, scp-like, ``file://`` or a path."""
    try:
        parts = urlsplit(url) if "://" in url else None
        host = ((parts.hostname if parts is not None else None) or "?").lower()
    except ValueError:  # a bracket that is not closed, or what is in it is no address
        return Remote(name, "…://…", "?", "")
    if parts is not None and parts.scheme in _SCHEMES:
        shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        return Remote(name, shown, host if is_plain_host(host) else "?", _trimmed(parts.path))
    if parts is not None and parts.scheme == "file":
        return Remote(name, url, None, unquote(parts.path))
    scp = None if parts is not None else _SCP.fullmatch(url)
    if scp is not None and "/" not in url.partition(":")[0]:
        return Remote(name, f"{scp[1]}:{scp[2]}", scp[1].lower(), _trimmed(scp[2]))
    if parts is not None:
        return Remote(name, f"{parts.scheme}://…", "?", "")
    return Remote(name, url, None, url)


def _trimmed(path: str) -> str:
    return path.strip("/").removesuffix(".git").rstrip("/")
