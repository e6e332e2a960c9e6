"""``registrar scan``: is it safe to load these files?"""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from registrar.cli.console import Progress, painted, write
from registrar.cli.options import add_format
from registrar.errors import UsageError
from registrar.formats.escape import escape

if TYPE_CHECKING:
    from registrar.app.scanning import Lab
    from registrar.domain.scanning import Scan

_EPILOG = """exit codes: 0 clean   1 dangerous   2 a path or an entry that is not there
  4 something could not be read to its end, or nothing was there to read

What exists as a path is one: its content is judged alone, without any policy. A reference is the
artifact of that entry, and [scan] allow of registrar.toml adds to the allowlist.

Nothing is loaded, unpickled or imported. Formats are found by content, never by name. Pickles
are clean only where all that they import is on an exact allowlist; docs/scan.md says what a
verdict proves, and what it does not."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "scan",
        help="look into model files: is it safe to load them",
        description="Look into files and folders, in a registry or outside of one, and judge "
        "their content: is it safe to load them.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.add_argument(
        "targets",
        nargs="+",
        metavar="REF|PATH",
        help="a file, a folder; or wine, wine:1.2.0, sha256:<digest>: the artifact of that entry",
    )
    add_format(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what was found; the exit code says the worst of it."""
    from registrar.app.scanning import EXIT_CODES
    from registrar.assemble import lab
    from registrar.formats.scan import render_json, render_text

    progress = Progress("scanned {done:,} of {total:,} files")
    try:
        found = _scanned(list(dict.fromkeys(options.targets)), lab(progress))
    finally:
        progress.end()
    code = EXIT_CODES[found.safety]
    if options.format == "json":
        write(render_json(found, code))
    else:
        write(painted(render_text(found, code)))
    return code


def _scanned(targets: list[str], lab: Lab) -> Scan:
    """What is said of paths, or of references: their allowlists may differ."""
    from registrar.app.scanning import scan

    paths = [target for target in targets if _is_path(target)]
    if len(paths) == len(targets):
        return scan(paths, lab)
    if paths:
        other = next(target for target in targets if target not in paths)
        message = f"{escape(other)} is no path that is here; the others are paths"
        hint = "a policy adds to the allowlist of references alone: scan these in another command"
        raise UsageError(message, hint)
    from registrar.app.scanning_entries import Shelved, scan_entries
    from registrar.assemble import subject_at
    from registrar.cli.targets import named

    subjects = [subject_at(named(target)) for target in targets]
    entries = [Shelved(subject.entry, subject.shown) for subject in subjects]
    return scan_entries(entries, subjects[0].allow, lab)


def _is_path(target: str) -> bool:
    """Tell whether it exists as a path; so does what can be nothing else."""
    try:
        if os.path.lexists(target):
            return True
    except ValueError:  # a null byte
        return True
    from registrar.domain.references import reference

    return reference(target) is None
