"""What a person does after ``registrar add``: only what is still to be done, as it is typed."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from registrar.app.adding.present import typed
from registrar.app.adding.service import Added
from registrar.domain.findings import Severity
from registrar.domain.report import Report
from registrar.ports import Staging
from registrar.reading.card_profiles import TO_WRITE

_CARD_RULE = "card-sections"
_DVC_FILES = (".dvc/config", ".dvc/.gitignore", ".dvcignore")


@dataclass(frozen=True, slots=True)
class After:
    """An entry that was added: what check says of it, and whether its bytes arrived."""

    added: Added
    report: Report
    pushed: bool
    top: str
    here: str
    """The current folder, from which paths are typed."""

    def typed(self, path: str) -> str:
        """A path of the repository as a word of a command."""
        return typed(self.top, path, self.here)


def steps(after: After, staging: Staging) -> Iterator[str]:
    """The steps in order; after the first line of each come commands, a line each."""
    entry = after.typed(after.added.path)
    yield from _mend(after, entry)
    yield from _commit(after, entry, staging)
    if after.added.pointer is not None and not after.pushed:
        yield from _push(after, after.added.pointer, entry)


def _mend(after: After, entry: str) -> Iterator[str]:
    if not after.report.exit_code:
        return
    rules = {finding.rule for finding in after.report.findings}
    if _CARD_RULE in rules:
        card = after.typed(f"{after.added.path}/MODEL_CARD.md")
        yield f"write what the card leaves to you, in place of {TO_WRITE}:\n${{EDITOR:-vi}} {card}"
    again = "judge it again"
    if rules - {_CARD_RULE} or after.report.unchecked:
        else_ = " else" if _CARD_RULE in rules else ""
        again = f"mend what{else_} is told above, and judge it again"
    yield f"{again}:\nregistrar check {entry}"
    errors = {f.rule for f in after.report.findings if f.severity is Severity.ERROR}
    if errors - {_CARD_RULE} or after.report.unchecked:
        kept = "; DVC's cache keeps the bytes" if after.added.pointer is not None else ""
        yield f"or take it back, as nothing is committed yet: rm -r {entry}{kept}"


def _commit(after: After, entry: str, staging: Staging) -> Iterator[str]:
    if after.added.pointer is not None:
        config = [after.typed(path) for path in sorted(staging.uncommitted(_DVC_FILES))]
        if config:
            yield (
                "commit the configuration of DVC, in a change before the one of the model:\n"
                f"git add -- {' '.join(config)}\n"
                f'git commit --message "Set up DVC" -- {" ".join(config)}'
            )
    lines = [f"git add -- {entry}"]
    ignored = sorted(staging.ignored(_files(after)))
    if ignored:  # by the repository: git would leave them out without a word
        lines.append(f"git add --force -- {' '.join(map(after.typed, ignored))}")
    lines.append(f"git commit --message {shlex.quote(after.added.message)} -- {entry}")
    yield "commit it:\n" + "\n".join(lines)


def _files(after: After) -> list[str]:
    """The files of the entry that belong into git."""
    pointer = after.added.pointer
    artifact = pointer.removesuffix(".dvc") if pointer is not None else None
    found = []
    for folder, _, names in os.walk(os.path.join(after.top, after.added.path)):
        inner = os.path.relpath(folder, after.top)
        found += [f"{inner}/{name}" for name in names]
    return [path for path in found if artifact is None or not f"{path}/".startswith(f"{artifact}/")]


def _push(after: After, pointer: str, entry: str) -> Iterator[str]:
    remote = after.added.remote
    if remote is None:
        yield (
            "name a remote for DVC, with its URL, in .dvc/config and as dvc.remote in metadata.yaml"
        )
    named = f"--remote {shlex.quote(remote)} " if remote is not None else ""
    yield (
        "push the bytes before the change is merged, and see that they arrived:\n"
        f"dvc push {named}{after.typed(pointer)}\n"
        f"registrar check --remote {entry}"
    )
