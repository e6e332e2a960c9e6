"""``registrar hook pre-receive``: the gate of a plain git server."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from registrar.cli.console import write
from registrar.errors import EXIT_FINDINGS, worst
from registrar.formats.escape import escape

if TYPE_CHECKING:
    from registrar.domain.report import Report


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("hook", help="the gate of a plain git server", allow_abbrev=False)
    hooks = command.add_subparsers(dest="hook", metavar="HOOK", required=True)
    hook = hooks.add_parser(
        "pre-receive",
        help="judge a push before any ref moves; git runs it",
        description="Write hooks/pre-receive: #!/bin/sh, then: "
        "exec <venv>/bin/python -I -m registrar hook pre-receive",
        allow_abbrev=False,
    )
    hook.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Judge what git says on stdin; what is printed reaches the person who pushes."""
    from registrar.app.pre_receive import pre_receive, read_updates
    from registrar.app.sources import sources_of
    from registrar.assemble import server_at, world_at
    from registrar.formats import text

    git_dir = os.path.realpath(os.environ.get("GIT_DIR", "."))
    world = world_at(git_dir, git_dir=git_dir, quarantine=True)

    def show(report: Report) -> None:
        with sources_of(report, world) as sources:
            write(text.render(report, sources))

    codes = []
    told = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")  # whatever the locale is
    updates = read_updates(told.splitlines())
    server = server_at(git_dir, [update.ref for update in updates])
    for answer in pre_receive(updates, server, world, show):
        write(f"registrar: {escape(answer.line)}\n")
        if not answer.accepted:
            codes.append(answer.report.exit_code if answer.report else EXIT_FINDINGS)
    if codes and len(updates) > len(codes):
        write("registrar: nothing of this push was taken; git takes all of it or none\n")
    return worst(codes)
