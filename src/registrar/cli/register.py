"""``registrar register``: registers a checked entry in an MLflow model registry."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from registrar.cli.console import talk, write
from registrar.cli.options import add_format
from registrar.errors import UnansweredError, UsageError
from registrar.formats.escape import escape

if TYPE_CHECKING:
    from registrar.app.registering import Answer
    from registrar.domain.runs import Registered


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "register",
        help="register a checked entry in an MLflow model registry",
        description="Register an entry that passes the check as a version of an MLflow model "
        "registry. Twice changes nothing; the same version with other bytes is refused.",
        allow_abbrev=False,
    )
    command.add_argument("ref", metavar="REF", help="wine, wine:1.2.0 or sha256:<digest>")
    command.add_argument("--registry-uri", help="the registry; default: MLFLOW_REGISTRY_URI")
    add_format(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check and register; the exit code is check's where the entry does not pass."""
    from registrar.app.registering import register
    from registrar.assemble import counter_at, top_here
    from registrar.formats.table import FORMATS as RENDER
    from registrar.ports.others import AskError

    uri = options.registry_uri or os.environ.get("MLFLOW_REGISTRY_URI")
    if not uri:
        hint = "give --registry-uri, or set MLFLOW_REGISTRY_URI"
        raise UsageError("nothing says which registry", hint)
    top = top_here(".")
    if top is None:
        raise UsageError("this is no registry", "registrar init makes it one")
    try:
        answer = register(options.ref, uri, counter_at(top))
    except AskError as error:
        raise UnansweredError(
            f"nothing was registered: {error}", "try again when it answers"
        ) from error
    if answer.registered is None:
        write(RENDER[options.format](answer.report, lambda finding: []))
        talk("registrar: not registered: only what passes the check is\n")
        return answer.report.exit_code or 1
    made, told = answer.registered, answer.registration
    for note in _notes(answer, made):
        talk(f"note: {escape(note)}\n")
    if options.format == "json":
        data = {
            "register_version": 1,
            "name": told.name,
            "number": made.number,
            "new": made.new,
            "completed": made.completed,
            "ahead": answer.ahead,
            "entry": told.entry,
            "digest": f"sha256:{told.digest}",
            "loads": made.loads,
            "deferred": sorted(item.rule for item in answer.report.deferred),
        }
        write(json.dumps(data, indent=2) + "\n")
    else:
        word = "registered" if made.new else "is there already"
        more = ", and has the tags now that it lacked" if made.completed else ""
        write(f"{escape(told.entry)} {word}: {escape(told.name)} version {made.number}{more}\n")
    return 0


def _notes(answer: Answer, made: Registered) -> Iterator[str]:
    """What whoever trusts the version has to know."""
    told = answer.registration
    for settled_by in sorted({item.settled_by for item in answer.report.deferred}):
        yield f"the bytes are not here, and nobody looked at them: {settled_by}"
    if answer.ahead and (made.new or made.completed):
        commit = (told.tags.get("registrar.registry_commit") or "")[:12]
        yield (
            f"commit {commit}, which it names, is not in the protected branch as last fetched: "
            "git fetch, if it is merged; else merge it as it is, without squash or rebase"
        )
    if not made.loads:
        named = f"the logged model {told.model_id} has not" if told.model_id else "no run logged"
        yield f"MLflow cannot load this version: {named} its bytes; git and DVC hold them"
    if made.other_card:
        yield "the description there is of another card, and stays: a version changes no more"
