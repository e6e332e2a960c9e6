"""The expected errors of Registrar; every other exception is a fault of the program.

::

    RegistrarError            exit 70 unless a child says otherwise
    ├── UsageError            exit 2   the command line asks for something that cannot be
    │   ├── MissingFactsError exit 2   facts that nobody gave and nobody can be asked for
    │   └── RevisionError     exit 2   a revision that does not resolve
    ├── PolicyError           exit 2   the judging registrar.toml is not valid
    ├── GitError              exit 70  git answered what it never should
    │   └── MissingObjectError exit 4  the repository does not hold an object
    ├── UnansweredError       exit 4   somebody else did not answer
    └── OutputError           exit 70  a report could not be written
"""

from __future__ import annotations

from collections.abc import Iterable

EXIT_PASS = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_NOTHING = 3
EXIT_INCOMPLETE = 4
EXIT_FAULT = 70
EXIT_INTERRUPTED = 130


_WORST_FIRST = (EXIT_FAULT, EXIT_USAGE, EXIT_FINDINGS, EXIT_INCOMPLETE, EXIT_NOTHING)


def worst(codes: Iterable[int]) -> int:
    """The exit code of several answers: the first that any of them gave, 0 where none did."""
    given = set(codes)
    return next((code for code in _WORST_FIRST if code in given), EXIT_PASS)


class RegistrarError(Exception):
    """An error that Registrar expects; it knows what to do next and its exit code."""

    exit_code = EXIT_FAULT

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(RegistrarError):
    """The command line asks for something that cannot be."""

    exit_code = EXIT_USAGE


class MissingFactsError(UsageError):
    """Facts that nobody gave, a line each, and each as the words of a command line that would."""

    def __init__(
        self, message: str, words: Iterable[str], hint: str = "give them, and run it again"
    ) -> None:
        self.words = tuple(words)
        super().__init__(message, hint)


class RevisionError(UsageError):
    """A revision that does not resolve in this repository."""


class PolicyError(RegistrarError):
    """The judging policy is not valid; each line of the message has its place."""

    exit_code = EXIT_USAGE


class GitError(RegistrarError):
    """git is there but answered what it never should."""


class MissingObjectError(GitError):
    """The repository does not hold an object: a partial clone, or a broken one."""

    exit_code = EXIT_INCOMPLETE


class UnansweredError(RegistrarError):
    """A server that a command needs did not answer, or refuses."""

    exit_code = EXIT_INCOMPLETE


class OutputError(RegistrarError):
    """A report could not be written (full disk, closed pipe, missing folder)."""
