"""``registrar doctor``: is the gate in force here?"""

from __future__ import annotations

import argparse
import os

from registrar.cli.console import talk, write
from registrar.cli.options import add_format
from registrar.errors import UsageError
from registrar.formats.escape import escape

_EPILOG = """each line: holds, does not (with the fix), could not look (with what helps)

exit codes: 0 all of it holds   1 something does not   4 something could not be looked at
  3 no registry is here: registrar init

With a token (GH_TOKEN, GITHUB_TOKEN, or gh auth login) the API of the remote's host is asked
whether the check is required; it alone gets the token, and stderr names it. Without a token
that part could not be looked at, which is 4. --offline leaves it out."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "doctor",
        help="is the gate really in force here",
        description="Look whether the gate of this repository is in force, line by line.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.add_argument(
        "path", nargs="?", default=".", metavar="PATH", help="a folder of the repository"
    )
    command.add_argument("--offline", action="store_true", help="do not ask the server")
    add_format(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the diagnosis; its exit code."""
    from registrar.app.doctor import diagnose
    from registrar.assemble import top_here, visit_at
    from registrar.formats.doctor import render_json, render_text

    if not os.path.isdir(options.path):
        raise UsageError(f"{options.path} is no folder", "name a folder of the repository")
    top = top_here(options.path) or os.path.realpath(options.path)

    def announce(what: str) -> None:
        talk(f"registrar: {escape(what)}\n")

    diagnosis = diagnose(visit_at(top, options.offline, announce))
    write((render_json if options.format == "json" else render_text)(diagnosis))
    return diagnosis.exit_code
