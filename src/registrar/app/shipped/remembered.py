"""What a registry was made with, as its own files say: a second run asks for the same."""

from __future__ import annotations

import json
from collections.abc import Mapping

from registrar.app.shipped import github, gitlab
from registrar.app.shipped.github_remote import REMOTE_WORKFLOW_PATH
from registrar.app.shipped.owning import GITHUB_PLACES, TITLE
from registrar.app.shipped.program import PROGRAM_PATH, REMOTE_REQUIREMENTS_PATH, named_in
from registrar.reading.policy import POLICY_NAME

EVENTS = ("pull_request_target", "pull_request")
_REF = "refs/heads/"
_OURS = (github.RULESET_PATH, github.WORKFLOW_PATH)
_REMOTE = (REMOTE_WORKFLOW_PATH, REMOTE_REQUIREMENTS_PATH)
READ = (*_OURS, *_REMOTE, gitlab.PIPELINE_PATH, *GITHUB_PLACES, POLICY_NAME, PROGRAM_PATH)
"""The files that say it."""


def protected_branch(existing: Mapping[str, bytes]) -> str | None:
    """The branch that the ruleset of the registry protects; None where it names not just one."""
    try:
        said = json.loads(existing.get(github.RULESET_PATH, b"{}"))
        (ref,) = said["conditions"]["ref_name"]["include"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    named = isinstance(ref, str) and ref.startswith(_REF) and ref.isprintable()
    return ref.removeprefix(_REF) if named else None


def github_event(existing: Mapping[str, bytes]) -> str:
    """The event of the workflow that is there; the safe one where there is none."""
    text = existing.get(github.WORKFLOW_PATH, b"").decode("utf-8", "replace")
    lines = {line.strip() for line in text.splitlines()}
    safe, other = EVENTS
    return other if f"{other}:" in lines and f"{safe}:" not in lines else safe


def without_github(existing: Mapping[str, bytes]) -> bool:
    """Tell whether the registry was made with ``--no-github``: nothing of GitHub's is here.

    The policy names its program, or the program is here: one of them may have been taken away for a
    new one. A workflow and a ruleset that were, too, have left the owners that came with them.
    """
    places = GITHUB_PLACES[:1] if on_gitlab(existing) else GITHUB_PLACES
    owned = any(TITLE.encode() in existing.get(path, b"") for path in places)
    return made(existing) and not owned and not any(path in existing for path in _OURS)


def made(existing: Mapping[str, bytes]) -> bool:
    """Tell whether this was a registry before: a policy names its program, or the program is here.

    One of them may have been taken away for a new one.
    """
    return named_in(existing.get(POLICY_NAME, b"")) is not None or PROGRAM_PATH in existing


def asks_for_bytes(existing: Mapping[str, bytes]) -> bool:
    """Tell whether the registry has the workflow that asks for the bytes, or a part of it."""
    return any(path in existing for path in _REMOTE)


def on_gitlab(existing: Mapping[str, bytes]) -> bool:
    """Tell whether the registry has our pipeline."""
    return gitlab.PIPELINE_PATH in existing
