"""Running git so that neither the repository nor the environment can steer it."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass

from registrar.errors import GitError

QUARANTINE = ("GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")
"""The only ``GIT_*`` variables that pass, and only in a hook."""

_TIMEOUT = 600
_NOT_BARE = ("-c", "safe.bareRepository=explicit")
"""Where git looks for the repository itself, files of a judged tree are never taken for one."""


def environment(quarantine: bool) -> dict[str, str]:
    """The environment of every git process."""
    kept = QUARANTINE if quarantine else ()
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k in kept}
    env["GIT_NO_LAZY_FETCH"] = "1"
    env["GIT_OPTIONAL_LOCKS"] = "0"
    env["GIT_NO_REPLACE_OBJECTS"] = "1"
    env["GIT_GRAFT_FILE"] = os.devnull
    env["GIT_TERMINAL_PROMPT"] = "0"
    env["LC_ALL"] = "C"
    return env


@dataclass(frozen=True, slots=True)
class Git:
    """git for one repository; ``git_dir`` is absolute, or None to find it from ``folder``."""

    folder: str
    git_dir: str | None = None
    quarantine: bool = False
    """True in a hook, where new objects lie in git's quarantine."""

    def command(self, *arguments: str) -> list[str]:
        """The full command line of one call."""
        where = [f"--git-dir={self.git_dir}"] if self.git_dir else ["-C", self.folder, *_NOT_BARE]
        if arguments[:1] != ("check-ignore",):  # it takes paths, and refuses the option
            where.append("--literal-pathspecs")
        return [
            *("git", *where, "--no-replace-objects", "--no-optional-locks"),
            *("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"),
            *("-c", "core.commitGraph=false", "-c", "protocol.allow=never", *arguments),
        ]

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a git process that is talked to over pipes."""
        return subprocess.Popen(
            self.command(*arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(self.quarantine),
        )

    def run(self, *arguments: str, feed: bytes = b"") -> bytes | None:
        """The output of one call, or None where git answered with an error."""
        try:
            done = subprocess.run(
                self.command(*arguments),
                input=feed,
                capture_output=True,
                env=environment(self.quarantine),
                timeout=_TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            message = f"git {arguments[0]} did not answer within {_TIMEOUT} seconds"
            raise GitError(message, "see whether another git holds the repository") from error
        return done.stdout if done.returncode == 0 else None

    def must(self, *arguments: str, feed: bytes = b"") -> bytes:
        """The output of one call; raises GitError where git answered with an error."""
        output = self.run(*arguments, feed=feed)
        if output is None:
            raise GitError(f"git {arguments[0]} failed in {self.folder}", "run git fsck there")
        return output


def looks_bare(folder: str) -> bool:
    """Tell what git takes for a repository without a work tree, and for one alone.

    A tree may hold ``HEAD``, ``objects`` and ``refs`` at its top, and so may a change: beside a
    ``.git`` they are files like others.
    """
    return (
        os.path.isfile(os.path.join(folder, "HEAD"))
        and os.path.isdir(os.path.join(folder, "objects"))
        and os.path.isdir(os.path.join(folder, "refs"))
        and not os.path.lexists(os.path.join(folder, ".git"))
    )


def installed() -> bool:
    """Tell whether git is on the PATH."""
    return shutil.which("git") is not None
