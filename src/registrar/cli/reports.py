"""``--format FORMAT`` and ``--report FORMAT=FILE``: what they may say, and writing the files."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence

from registrar.cli.console import talk
from registrar.errors import EXIT_FAULT, EXIT_PASS, OutputError, UsageError
from registrar.formats.escape import escape

FORMATS = ("concise", "github", "gitlab", "json", "junit", "markdown", "sarif", "text")
"""Those of ``formats/table.py``, which the help must not import."""


def add_options(command: argparse.ArgumentParser) -> None:
    """Add both options."""
    command.add_argument(
        "--format",
        type=_format,
        default="text",
        metavar="FORMAT",
        help=f"how the report is printed: {', '.join(FORMATS)}; default: text",
    )
    command.add_argument(
        "--report",
        type=_report,
        action="append",
        default=[],
        metavar="FORMAT=FILE",
        help="write the report to a file, too; may be given several times",
    )


def each_once(reports: Sequence[tuple[str, str]]) -> None:
    """Refuse two reports in one file."""
    seen: set[str] = set()
    for _, path in reports:
        real = os.path.realpath(path)
        if real in seen:
            raise UsageError(f"--report names {path} twice", "give each report a file of its own")
        seen.add(real)


def write_reports(reports: Sequence[tuple[str, str]], render: Callable[[str], str]) -> int:
    """Write each report, whatever became of the others; the exit code of the worst."""
    from registrar.app.report_files import write_report

    code = EXIT_PASS
    for name, path in reports:
        try:
            write_report(path, render(name))
        except OutputError as error:
            talk(f"registrar: {escape(error.message)}\n  = hint: {escape(error.hint)}\n")
            code = EXIT_FAULT
    return code


def _format(text: str) -> str:
    if text in FORMATS:
        return text
    from registrar.reading.nearest import nearest

    guess = nearest(text, FORMATS)
    more = f"did you mean {guess}?" if guess else f"choose from {', '.join(FORMATS)}"
    raise argparse.ArgumentTypeError(f"there is no format {text!r}; {more}")


def _report(text: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(
            f"{text!r} names no file; write --report FORMAT=FILE, as in sarif=registrar.sarif"
        )
    name = _format(name)
    if not path:
        raise argparse.ArgumentTypeError(f"{text!r} names no file after the =")
    return name, path
