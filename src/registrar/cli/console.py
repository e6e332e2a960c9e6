"""What the commands write: data to stdout, talk to stderr, neither ever a traceback of its own."""

from __future__ import annotations

import os
import re
import sys
import time

from registrar import __version__
from registrar.errors import OutputError
from registrar.formats.escape import escape

_COLOURS = {
    **{"error": "1;31", "warning": "1;33", "note": "1;36", "unchecked": "1;35", "waived": "2"},
    **{"deferred": "2", "PASS": "1;32", "FAIL": "1;31", "INCOMPLETE": "1;35", "NOTHING": "1;35"},
}
_WORDS = re.compile(
    r"^(error|warning|note|unchecked|waived|deferred|PASS|FAIL|INCOMPLETE|NOTHING)"
    r"(?:\[[a-z-]+\]| TO CHECK)?(?=:)",
    re.MULTILINE,
)


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


def painted(text: str) -> str:
    """A text report with colours on a terminal; NO_COLOR and pipes get it as it is.

    Only our own words at the beginning of a line are painted: lines of documents never begin one.
    """
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return _WORDS.sub(lambda found: f"\x1b[{_COLOURS[found[1]]}m{found[0]}\x1b[0m", text)


class Progress:
    """A line on a terminal for what takes over a second; nothing in a pipe."""

    def __init__(self, told: str = "judged {done:,} of {total:,} entries") -> None:
        self._told = told
        self._shown = 0.0
        self._due = time.monotonic() + 1 if sys.stderr is not None and sys.stderr.isatty() else None

    def __call__(self, done: int, total: int) -> None:
        """Tell how much is done; five times a second at most."""
        if self._due is None or (now := time.monotonic()) < self._due:
            return
        self._shown, self._due = now, now + 0.2
        talk(f"\r{self._told.format(done=done, total=total)} ")

    def end(self) -> None:
        """Take the line away."""
        if self._shown:
            talk("\r" + " " * 60 + "\r")


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
