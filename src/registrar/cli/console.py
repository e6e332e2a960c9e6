"""What the commands write: data to stdout, talk to stderr, neither ever a traceback of its own."""

from __future__ import annotations

import os
import sys

from registrar import __version__
from registrar.errors import OutputError
from registrar.formats.escape import escape


def write(text: str) -> None:
    """Print data; raises OutputError where it cannot be written."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # what could not be written would be written again, and fail again, at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        message = f"the report could not be written: {error.strerror}"
        raise OutputError(message, "free some space, or write it elsewhere") from error


def talk(text: str) -> None:
    """Write to stderr; where that cannot be, the exit code alone must say it."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the exit


def tell_fault(trace: str) -> None:
    """Tell a fault of the program so that it can be pasted into a report."""
    talk("registrar: this is a fault of the program, not of your model\n")
    talk("  = please report what follows, with the command that you typed\n")
    talk(f"  registrar {__version__}, Python {sys.version.split()[0]}\n")
    talk("\n".join(escape(line) for line in trace.split("\n")) + "\n")
