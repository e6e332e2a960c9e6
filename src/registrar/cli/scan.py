"""``registrar scan``: is it safe to load these files?"""

from __future__ import annotations

import argparse

from registrar.cli.console import Progress, painted, write

_EPILOG = """exit codes: 0 clean   1 dangerous   2 a path that is not there
  4 something could not be read to its end, or nothing was there to read

Nothing is loaded, unpickled or imported. Formats are found by content, never by name. Pickles
are clean only where all that they import is on an exact allowlist; docs/scan.md says what a
verdict proves, and what it does not."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "scan",
        help="look into model files: is it safe to load them",
        description="Look into files and folders, in a registry or outside of one, and judge "
        "their content alone: is it safe to load them.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.add_argument("paths", nargs="+", metavar="PATH", help="a file or a folder")
    command.add_argument(
        "--format",
        choices=("json", "text"),
        default="text",
        help="how it is printed; default: text",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what was found; the exit code says the worst of it."""
    from registrar.app.scanning import EXIT_CODES, scan
    from registrar.assemble import lab
    from registrar.formats.scan import render_json, render_text

    progress = Progress("scanned {done:,} of {total:,} files")
    try:
        found = scan(options.paths, lab(progress))
    finally:
        progress.end()
    code = EXIT_CODES[found.safety]
    if options.format == "json":
        write(render_json(found, code))
    else:
        write(painted(render_text(found, code)))
    return code
