"""``registrar verify``: recomputes every digest and size of an artifact."""

from __future__ import annotations

import argparse

from registrar.cli.console import Progress, painted, write
from registrar.cli.numbers import jobs
from registrar.cli.options import add_format, add_targets
from registrar.errors import EXIT_FINDINGS, EXIT_INCOMPLETE, EXIT_NOTHING, worst

_EPILOG = """exit codes: 0 as recorded   1 something differs   2 no such entry
  4 something could not be read
docs/verify.md says what it proves, and what it does not"""
_CODES = {"pass": 0, "fail": EXIT_FINDINGS, "incomplete": EXIT_INCOMPLETE}


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "verify",
        help="recompute every digest and size of an artifact",
        description="Read every byte of an artifact and hold it against what its entry records: "
        "in the work tree, in DVC's cache, on the DVC remote, or in a folder that was downloaded. "
        "Asks nobody without --remote.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_targets(command)
    command.add_argument(
        "--remote", action="store_true", help="read what lies behind pointers on the DVC remote"
    )
    command.add_argument("--jobs", type=jobs, metavar="N", help="files read at a time")
    add_format(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Verify each target; the worst of them is the exit code."""
    from registrar.app.verifying.service import verify
    from registrar.assemble import place_at
    from registrar.cli.targets import folders
    from registrar.formats.verified import as_json, text

    progress, answers = Progress("read {done:,} of {total:,} bytes"), []
    try:
        for folder in dict.fromkeys(folders(options.targets)):
            place = place_at(folder, options.remote)
            answers.append(verify(place, options.jobs, progress))
    finally:
        progress.end()
    code = worst(_CODES[answer.verdict] for answer in answers) if answers else EXIT_NOTHING
    write(as_json(answers, code) if options.format == "json" else painted(text(answers)))
    return code
