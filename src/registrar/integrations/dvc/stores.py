"""Opens the remotes that ``.dvc/config`` names, as DVC would."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from registrar.domain.remotes import DvcConfig
from registrar.integrations.dvc.cloud_store import IN_FLIGHT, CloudStore
from registrar.integrations.dvc.folder_store import FolderStore
from registrar.integrations.dvc.straight import straight_http, straight_s3
from registrar.integrations.git.process import Git
from registrar.integrations.own_tree import lies_in_tree
from registrar.ports.others import AskError, ObjectStore
from registrar.reading.dvc_config import MAX_BYTES, read_dvc_config

TREE_OPTIONS = frozenset(
    {
        *("url", "region", "endpointurl", "use_ssl", "ssl_verify", "profile", "port", "user"),
        *("allow_anonymous_login", "listobjects", "read_timeout", "connect_timeout", "timeout"),
        *("auth", "method", "projectname", "account_name", "tenant_id", "oss_endpoint"),
    }
)
"""What the tree's own configuration may say. Not among them: what names files of credentials or
commands (``configpath``, ``credentialpath``, ``keyfile``, ``bearer_token_command``): a file of the
tree there would run a program of its choice."""
_TIMEOUTS = {"connect_timeout": 20, "read_timeout": 60}
_WITH_TIMEOUTS = ("s3", "http", "https")
INSTALL = "pip install 'dvc[{extra}]'"


@dataclass(frozen=True, slots=True)
class DvcStores:
    """The remotes of the repository at ``top``.

    Credentials come from the configurations of whoever runs the program: DVC's of the system, of
    the user, and ``.dvc/config.local`` where git does not track it. Their addresses do not count.
    """

    top: str

    def open(self, name: str, config: DvcConfig) -> ObjectStore:
        """The remote of this name in the tree's configuration; raises AskError."""
        url = config.url(name)
        if not url:
            raise AskError(f"no remote {name} in .dvc/config: dvc remote add {name} <url>")
        scheme = url.partition("://")[0] if "://" in url else ""
        if scheme in ("", "file"):
            path = url.removeprefix("file://")
            return self._folder(name, os.path.expanduser(path))  # as DVC does it
        options = {k: v for k, v in _options(config, name).items() if k in TREE_OPTIONS}
        for theirs in self._callers():
            options |= theirs.remotes.get(name.lower(), {})
        options["url"] = url
        if scheme in _WITH_TIMEOUTS:
            options = {**{k: str(v) for k, v in _TIMEOUTS.items()}, **options}
        return _cloud(name, scheme, options)

    def _folder(self, name: str, path: str) -> FolderStore:
        """A remote in a folder; never in the tree that is judged, which brings its own bytes."""
        root = os.path.normpath(os.path.join(self.top, ".dvc", path))
        if lies_in_tree(root, self.top):
            message = f"the remote {name} lies in the repository itself, where a change puts bytes"
            raise AskError(f"{message}: keep it elsewhere")
        return FolderStore(root)

    def cache(self) -> ObjectStore:
        """DVC's cache in this repository, by its own configuration and the local one."""
        place = "cache"
        for name in ("config", "config.local"):
            try:
                with open(os.path.join(self.top, ".dvc", name), "rb") as stream:
                    config = read_dvc_config(stream.read(MAX_BYTES + 1))
            except OSError:
                continue
            if config is not None and config.cache is not None:
                place = config.cache
        return FolderStore(os.path.normpath(os.path.join(self.top, ".dvc", place)), links=False)

    def _callers(self) -> Iterator[DvcConfig]:
        """The configurations of the caller, the weakest first."""
        try:
            from dvc.config import Config
        except ImportError:
            return  # told where the remote is opened
        paths = [os.path.join(Config.get_dir(level), "config") for level in ("system", "global")]
        if self._is_the_callers():
            paths.append(os.path.join(self.top, ".dvc", "config.local"))
        for path in paths:
            try:
                with open(path, "rb") as stream:
                    config = read_dvc_config(stream.read(MAX_BYTES + 1))
            except OSError:
                continue
            if config is not None:
                yield config

    def _is_the_callers(self) -> bool:
        """Tell a ``.dvc/config.local`` that somebody wrote here from one that came with a change.

        git tracks neither it nor what leads to it, in the index or in HEAD: not ``.dvc`` as a link
        or a submodule either.
        """
        folder, git = os.path.join(self.top, ".dvc"), Git(self.top)
        local = os.path.join(folder, "config.local")
        plain = os.path.isfile(local) and not os.path.islink(local)
        if not plain or os.path.islink(folder) or os.path.lexists(os.path.join(folder, ".git")):
            return False
        asked = (".dvc", ".dvc/config.local")
        told = git.run("ls-files", "-z", "--stage", "--", *asked)
        merged = git.run("ls-tree", "-r", "-z", "HEAD", "--", *asked)
        if told is None:
            return git.run("rev-parse", "--git-dir") is None  # no repository, so no change
        lines = [line.partition(b"\t") for line in (told + (merged or b"")).split(b"\0") if line]
        return not any(
            name.lower() in (b".dvc", b".dvc/config.local") or not head.startswith(b"100")
            for head, _, name in lines
        )


def _options(config: DvcConfig, name: str) -> dict[str, str]:
    """The options of a remote over those of the remote that its URL refers to."""
    own = dict(config.remotes.get(name.lower(), {}))
    url = own.get("url", "")
    if not url.startswith("remote://"):
        return own
    return {**_options(config, url.removeprefix("remote://").partition("/")[0]), **own}


def _cloud(name: str, scheme: str, options: Mapping[str, str]) -> CloudStore:
    try:
        from dvc.fs import get_cloud_fs
    except ImportError as error:
        reason = f"DVC is not installed here: {INSTALL.format(extra=scheme)}"
        raise AskError(reason) from error
    try:
        kind, kept, root = get_cloud_fs({"remote": {name.lower(): dict(options)}}, name=name)
        system: Any = kind(**kept)
        if scheme == "s3":
            pool = system.fs_args.setdefault("config_kwargs", {})
            pool.setdefault("max_pool_connections", IN_FLIGHT)
            pool["http_session_cls"] = straight_s3()
        files = system.fs
    except ImportError as error:
        raise AskError(f"DVC lacks a part here: {INSTALL.format(extra=scheme)}") from error
    except Exception as error:  # a dozen libraries, each with exceptions of its own
        reason = f"the remote {name} cannot be opened: {type(error).__name__}"
        raise AskError(reason) from error
    if scheme in ("http", "https"):
        files.kwargs["allow_redirects"] = False  # to where, only the server knows
        files.client_kwargs["trace_configs"] = [straight_http()]
        return CloudStore(files, root, "")
    return CloudStore(files, root, root.strip("/").partition("/")[0])
