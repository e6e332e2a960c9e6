"""Numbers of a command line."""

from __future__ import annotations

import argparse


def jobs(text: str) -> int:
    """How many at a time; for ``argparse``."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= 1024:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1 to 1024")
    return int(text)
