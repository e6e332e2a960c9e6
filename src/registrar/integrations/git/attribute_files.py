"""Files of attributes that git reads besides those of the tree."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from registrar.domain.clones import AttributesFile
from registrar.domain.trees import UnreadableError
from registrar.integrations.git.process import Git
from registrar.reading.documents import MAX_BYTES


def attribute_files(git: Git) -> tuple[AttributesFile, ...]:
    """Read the clone's own file, the user's and the machine's; raises UnreadableError.

    Source: gitattributes(5), FILES. Before git 2.40 nothing says where the machine's file is: then
    both usual places count.
    """
    common = _said(git, "rev-parse", "--path-format=absolute", "--git-common-dir")
    if not common:
        raise UnreadableError(f"git does not say where the repository of {git.folder} is")
    found = [_file(os.path.join(common, "info", "attributes"), stronger=True)]
    found += [_file(path, stronger=False) for path in (*_users(git), *_machines(git))]
    return tuple(file for file in found if file is not None)


def _users(git: Git) -> Iterator[str]:
    configured = _said(git, "config", "--type=path", "--get", "core.attributesFile")
    home = os.environ.get("HOME", "")
    if configured:
        top = _said(git, "rev-parse", "--show-toplevel") or git.folder
        yield os.path.join(top, configured)
    elif folder := os.environ.get("XDG_CONFIG_HOME", ""):
        yield os.path.join(folder, "git", "attributes")
    elif home:
        yield os.path.join(home, ".config", "git", "attributes")


def _machines(git: Git) -> Iterator[str]:
    named = _said(git, "var", "GIT_ATTR_SYSTEM")
    if named:
        yield named
        return
    programs = _said(git, "--exec-path")
    prefix = programs.partition("/libexec/")[0].partition("/lib/")[0]
    yield from dict.fromkeys(("/etc/gitattributes", os.path.join(prefix, "etc/gitattributes")))


def _file(path: str, stronger: bool) -> AttributesFile | None:
    """One file; links are followed as git does, a FIFO is not waited for."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UnreadableError(f"{path}: {error.strerror}") from error
    with open(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise UnreadableError(f"{path} is no regular file")
        return AttributesFile(path, stream.read(MAX_BYTES + 1), stronger)


def _said(git: Git, *arguments: str) -> str:
    return (git.run(*arguments) or b"").decode("utf-8", "surrogateescape").strip()
