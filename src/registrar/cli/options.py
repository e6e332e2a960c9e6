"""Options that several commands take, in the same words."""

from __future__ import annotations

import argparse


def add_format(command: argparse.ArgumentParser) -> None:
    """Add ``--format`` to a command that prints text or JSON."""
    command.add_argument(
        "--format",
        choices=("json", "text"),
        default="text",
        help="how it is printed; default: text",
    )


def add_targets(command: argparse.ArgumentParser) -> None:
    """Add the entries that a command reads, by reference or path; see ``cli.targets``."""
    command.add_argument(
        "targets",
        nargs="+",
        metavar="REF|PATH",
        help="wine, wine:1.2.0, sha256:<digest>, an entry, or a folder of entries",
    )
