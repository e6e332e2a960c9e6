"""The command ``registrar``: its parser, and the one error boundary."""

from __future__ import annotations

import argparse
import gc
import io
import os
import re
import sys
from collections.abc import Sequence
from importlib import import_module

from registrar import __version__
from registrar.cli import completion
from registrar.cli.console import talk, tell_fault
from registrar.errors import (
    EXIT_FAULT,
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    MissingFactsError,
    PolicyError,
    RegistrarError,
)
from registrar.formats.escape import escape

_EPILOG = """exit codes:
  0 pass   1 findings   2 usage or invalid policy   3 nothing to check   4 incomplete
  70 fault of the program   130 interrupted"""


_COMMANDS = (
    *("add", "check", "doctor", "fix", "hook", "init"),
    *("register", "rules", "scan", "smoke", "verify"),
)
"""Each is a module of this package."""
_CHOICE = re.compile(r"argument COMMAND: invalid choice: '([^']*)' .*", re.DOTALL)


class _Parser(argparse.ArgumentParser):
    """argparse that does not abbreviate and escapes what it repeats."""

    def error(self, message: str) -> None:  # type: ignore[override]
        """Say what is wrong with the command line and exit with 2."""
        hint = f"{self.prog} --help"
        if choice := _CHOICE.fullmatch(message):
            message, hint = f"there is no command {choice[1]}", _meant(choice[1]) or hint
        talk(f"{self.prog}: {escape(message)}\n  = hint: {escape(hint)}\n")
        raise SystemExit(EXIT_USAGE)


def _refuse(top: argparse.ArgumentParser, command: str, word: str) -> None:
    """Say what an argument may have meant, by the options of its command."""
    from registrar.reading.nearest import nearest

    own = next(a for a in top._actions if isinstance(a, argparse._SubParsersAction))
    option = word.partition("=")[0]
    guess = nearest(option, sorted(own.choices[command]._option_string_actions))
    hint = f"did you mean {guess}?" if guess and option.startswith("-") else ""
    told = escape(f"registrar {command}: unrecognized argument {word}")
    talk(f"{told}\n  = hint: {hint or f'registrar {command} --help'}\n")
    raise SystemExit(EXIT_USAGE)


def _meant(word: str) -> str:
    from registrar.reading.nearest import nearest

    guess = nearest(word, _COMMANDS)
    return f"did you mean registrar {guess}?" if guess else ""


def parser(names: Sequence[str] = _COMMANDS) -> argparse.ArgumentParser:
    """The parser of these commands; of all, unless the one that was typed is known."""
    top = _Parser(
        prog="registrar",
        description="A model registry in git that lets nothing in without its papers.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"registrar {__version__}")
    completion.add_option(top)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in names:
        import_module(f"registrar.cli.{name}").add_parser(commands)
    return top


def main(argv: Sequence[str]) -> int:
    """Run one command; the exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # an old locale must not end the program
        sys.stdout.reconfigure(errors="backslashreplace")
    gc.set_threshold(50_000, 20, 50)  # readers make many small values, and hardly any cycle
    try:
        top = parser(argv[:1] if argv and argv[0] in _COMMANDS else _COMMANDS)
        options, unknown = top.parse_known_args(argv)
        if unknown:
            _refuse(top, options.command, unknown[0])
        code: int = options.run(options)
        sys.stdout.flush()
    except RegistrarError as error:
        return _expected(error)
    except KeyboardInterrupt:
        talk("registrar: interrupted\n")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # the reader went away, as in "| head"; nothing can be told to it any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAULT
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else EXIT_USAGE
    except Exception as error:
        return _fault(error)
    return code


def _expected(error: RegistrarError) -> int:
    # a policy's own lines are escaped where they are made; elsewhere a line break is a name's
    several = isinstance(error, PolicyError | MissingFactsError)
    lines = [escape(line) for line in (error.message.split("\n") if several else [error.message])]
    hint = f"\n  = hint: {escape(error.hint)}" if error.hint else ""
    talk(f"registrar: {chr(10).join(lines)}{hint}\n")
    return error.exit_code


def _fault(error: Exception) -> int:
    import traceback

    tell_fault("".join(traceback.format_exception(error)))
    return EXIT_FAULT
