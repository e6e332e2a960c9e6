"""``registrar --print-completion SHELL``: the script that completes command lines in a shell.

The scripts beside this file are written by scripts/generate_completion.py from the parser.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from registrar.cli.console import write

SHELLS = ("bash", "zsh", "fish")


def add_option(parser: argparse.ArgumentParser) -> None:
    """Add the option, under the name that users of shtab know."""
    parser.add_argument(
        "--print-completion",
        action=_Print,
        choices=SHELLS,
        help="print the script that completes command lines in this shell",
    )


def script(shell: str) -> str:
    """The script of a shell; it lies in the wheel and in registrar.pyz, too."""
    import pkgutil

    raw = pkgutil.get_data(__name__, f"registrar.{shell}")
    assert raw is not None
    return raw.decode("utf-8")


class _Print(argparse.Action):
    """Print the script and exit: no command is needed with it, as with --version."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        write(script(str(values)))
        parser.exit()
