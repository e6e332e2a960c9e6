"""``registrar init``: makes this repository a registry."""

from __future__ import annotations

import argparse
import os
import re

from registrar.cli.console import Progress, write
from registrar.cli.options import add_format
from registrar.errors import UsageError

EVENTS = ("pull_request_target", "pull_request")
_OWNER = re.compile(r"@[A-Za-z0-9][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9._-]{1,100})*|[^@\s#]+@[^@\s#]+")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "init",
        help="make this repository a registry",
        description="Make this git repository a registry: policy, schema, program, gate. "
        "Files that are there are never overwritten; a second run changes nothing.",
        allow_abbrev=False,
    )
    command.add_argument(
        "--baseline", action="store_true", help="list what fails today in baseline.yaml"
    )
    command.add_argument(
        "--dry-run", action="store_true", help="say what would be written, and write nothing"
    )
    command.add_argument(
        "--owner",
        action="append",
        default=[],
        metavar="OWNER",
        type=_owner,
        help="who must approve a change of the gate: @org/team; may be given again",
    )
    command.add_argument(
        "--branch", metavar="NAME", help="the branch that the gate protects; default: git says it"
    )
    forge = command.add_mutually_exclusive_group()
    forge.add_argument(
        "--github-event",
        choices=EVENTS,
        help=f"what starts the judge; default {EVENTS[0]}, {EVENTS[1]} where that is forbidden",
    )
    forge.add_argument("--no-github", action="store_true", help="write nothing for GitHub")
    command.add_argument(
        "--remote",
        action=argparse.BooleanOptionalAction,
        help="write the workflow of GitHub that asks for the bytes, too; "
        "default: where .dvc/config is there before the registry",
    )
    command.add_argument("--gitlab", action="store_true", help="write the pipeline of GitLab, too")
    add_format(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the registry, and say what was done and what comes next."""
    from registrar.app.init import InitRequest, Place, init
    from registrar.assemble import checkout_at, takes_branch, top_here, world_at, writer_at
    from registrar.formats.adopted import as_json, text

    top = top_here(".")
    if top is None or not os.path.lexists(os.path.join(top, ".git")):
        if top is not None and world_at(top).work_tree is None:
            raise UsageError(f"{top} is a bare repository, which has no work tree", "clone it")
        raise UsageError("this is no git repository", "git init")
    if options.branch is not None and not takes_branch(top, options.branch):
        raise UsageError(f"{options.branch} is no name of a branch", "write it as in git switch")
    writer, staging = writer_at(top)
    request = InitRequest(
        branch=options.branch,
        github_event=options.github_event,
        github=not options.no_github,
        gitlab=options.gitlab,
        remote=options.remote,
        owners=tuple(options.owner),
        baseline=options.baseline,
        dry_run=options.dry_run,
    )
    below = os.path.realpath(".") != top
    place = Place(top, world_at(top), checkout_at(top), writer, staging, below)
    progress = Progress()
    try:
        adopted = init(request, place, progress)
    finally:
        progress.end()
    write(as_json(adopted) if options.format == "json" else text(adopted))
    return 0


def _owner(text: str) -> str:
    if _OWNER.fullmatch(text) is None:
        message = f"{text} is no owner; write @org/team, @user or an address"
        raise argparse.ArgumentTypeError(message)
    return text
