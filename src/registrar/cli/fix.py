"""``registrar fix``: applies the safe fixes that findings offer."""

from __future__ import annotations

import argparse
import io
import sys

from registrar.cli.console import Progress, talk, tell_fault, write
from registrar.cli.options import add_format
from registrar.cli.paths import top_and_paths


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "fix",
        help="apply the safe fixes that findings offer",
        description="Apply the safe fixes that findings offer, to files of the work tree. "
        "The exit code is that of check afterwards.",
        allow_abbrev=False,
    )
    command.add_argument(
        "paths", nargs="*", metavar="PATH", help="an entry, a file in one, or a folder of entries"
    )
    command.add_argument(
        "--diff", action="store_true", help="print what would be changed as a diff; write nothing"
    )
    add_format(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Mend, write or show it, and give the exit code that check gives afterwards."""
    from registrar.app.asking import CheckRequest
    from registrar.app.fix import fix
    from registrar.assemble import world_at, writer_at
    from registrar.domain.shipping import Writing
    from registrar.formats.diff import unified
    from registrar.formats.mending import as_json, as_text

    top, paths = top_and_paths(options.paths)
    progress = Progress()
    try:
        mending = fix(CheckRequest(paths=paths), world_at(top), progress)
    finally:
        progress.end()
    written = bool(mending.changes) and not options.diff
    if written:
        writer, _ = writer_at(top)
        writer.write(Writing(item.path, item.after, before=item.before) for item in mending.changes)
    if options.format == "json":
        diff = unified(mending.changes) if options.diff else None
        write(as_json(mending, written, diff))
    elif options.diff:
        _write_diff(unified(mending.changes, for_people=sys.stdout.isatty()))
        talk(as_text(mending, written))
    else:
        write(as_text(mending, written))
    for trace in mending.faults[:3]:
        tell_fault(trace)
    return mending.exit_code


def _write_diff(text: str) -> None:
    """A diff is bytes of files: UTF-8 with their own line ends, whatever the locale is."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape", newline="\n")
    write(text)
