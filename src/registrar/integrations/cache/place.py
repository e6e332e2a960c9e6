"""Where the cache of a repository lies, and when there is none."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping

AUTOMATIC = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "JENKINS_URL", "TF_BUILD")
"""Set by servers that judge changes: what decides there is computed there."""
HOOKS = ("PRE_COMMIT", "GIT_DIR", "GIT_INDEX_FILE", "GIT_QUARANTINE_PATH")
"""Set by git and by pre-commit for their hooks."""


def cache_file(top: str, environ: Mapping[str, str]) -> str | None:
    """The path of a repository's cache; None where none is used.

    That is in CI, in hooks, without a home, and where it would lie in the judged tree: a change
    could bring its own. Source of the place: XDG Base Directory Specification.
    """
    if any(environ.get(name) for name in (*AUTOMATIC, *HOOKS)):
        return None
    home = environ.get("HOME", "")
    base = environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):  # the specification: a relative one is ignored
        if not os.path.isabs(home):
            return None
        base = os.path.join(home, ".cache")
    top = os.path.realpath(top)
    folder = os.path.join(os.path.realpath(base), "registrar")
    if (folder + os.sep).startswith(top.rstrip(os.sep) + os.sep):
        return None
    name = hashlib.sha256(os.fsencode(top)).hexdigest()[:32]
    return os.path.join(folder, f"{name}.json")
