"""``registrar hook pre-receive``: the gate of a plain git server."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from registrar.errors import EXIT_FINDINGS, EXIT_PASS
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
        description="Write hooks/pre-receive: #!/bin/sh, then: exec registrar hook pre-receive",
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
        sys.stdout.write(text.render(report, sources_of(report, world)))

    code = EXIT_PASS
    for answer in pre_receive(read_updates(sys.stdin), server_at(git_dir), world, show):
        sys.stdout.write(f"registrar: {escape(answer.line)}\n")
        if not answer.accepted:
            code = max(code, answer.report.exit_code if answer.report else EXIT_FINDINGS)
    sys.stdout.flush()
    return code
